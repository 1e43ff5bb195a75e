// Properties draw the same cases in every run, so that a run that failed fails again; FAREGATE_SEED draws others.
import fc from 'fast-check';

const asked = process.env['FAREGATE_SEED'];
const seed = asked === 'new' ? Date.now() % 0x7fffffff : Number(asked ?? 20_261_122);

fc.configureGlobal({ seed });
if (asked !== undefined) process.stdout.write(`FAREGATE_SEED=${seed}\n`);
