// Customer types, organizations and users.
import { z } from 'zod';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { createOrganization, createUser, updateOrganization, updateUser } from '#flows/admin/keep-customer.ts';
import { change } from '#flows/admin/outcome.ts';
import type { AdminDoor } from '../door.ts';
import {
  customerType,
  customerTypeChange,
  newCustomerType,
  newOrganization,
  newUser,
  organization,
  organizationChange,
  organizationFilter,
  user,
  userChange,
  userFilter,
} from '../schemas/customers.ts';
import { resource } from './resource.ts';

export function customerRoutes(app: AdminDoor, desk: AdminDesk): void {
  const { customerTypes, organizations, users } = desk.administration;
  resource(app, {
    path: 'customer-types',
    noun: 'customer type',
    row: customerType,
    newRow: newCustomerType,
    change: customerTypeChange,
    filter: z.strictObject({}),
    list: (page) => customerTypes.list(page),
    get: (ref) => customerTypes.get(ref),
    create: (actor, row) => change(desk, 'callers', 'customer type', customerTypes.create(actor, row)),
    update: (actor, { ref, version, fields }) =>
      change(desk, 'callers', 'customer type', customerTypes.update(actor, ref, fields, version)),
  });
  resource(app, {
    path: 'organizations',
    noun: 'organization',
    row: organization,
    newRow: newOrganization,
    change: organizationChange,
    filter: organizationFilter,
    list: (page, filter) => organizations.list(page, filter),
    get: (ref) => organizations.get(ref),
    create: (actor, row) => createOrganization(desk, actor, row),
    update: (actor, order) => updateOrganization(desk, actor, order),
  });
  resource(app, {
    path: 'users',
    noun: 'user',
    row: user,
    newRow: newUser,
    change: userChange,
    filter: userFilter,
    list: (page, filter) => users.list(page, filter),
    get: (ref) => users.get(ref),
    create: (actor, row) => createUser(desk, actor, row),
    update: (actor, order) => updateUser(desk, actor, order),
  });
}
