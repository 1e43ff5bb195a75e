-- What was shown of a period, and not booked, because another word was said on the calls meanwhile.
alter table faregate.rerate add column left_out integer not null default 0 check (left_out >= 0);
grant update (left_out) on faregate.rerate to faregate_app;
