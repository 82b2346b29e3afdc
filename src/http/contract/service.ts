/** The service itself: where one is, what it plans, who has keys, whom it told, what its database lacks. */
import { createRoute, z } from '@hono/zod-openapi'
import { keyNameProblem } from '../../core/api-key.ts'
import { ROLES } from '../../core/role.ts'
import { allow } from '../auth.ts'
import { idempotent } from '../idempotent.ts'
import {
  BODY_PROBLEMS,
  body,
  flagQuery,
  idempotencyHeader,
  instant,
  json,
  limitQuery,
  numberParam,
  PROBLEMS,
  policyName,
  policyQuery,
  SECURITY,
} from './parts.ts'

const tags = ['Service']

export const aboutRoute = createRoute({
  method: 'get',
  path: '/api/v1/about',
  operationId: 'about',
  tags,
  summary: 'Where one is: the environment’s name, the zone of its times, the policies.',
  security: SECURITY,
  middleware: allow('read'),
  responses: {
    200: json(
      z
        .object({
          environment: z.string().nullable().openapi({ description: '`http.environment` of the configuration.' }),
          zone: z.string().openapi({ description: 'The database’s own zone, an IANA name.' }),
          policies: z.array(z.object({ name: z.string(), zone: z.string().nullable() })).readonly(),
        })
        .openapi('About'),
      'Where one is.',
    ),
    ...PROBLEMS,
  },
})

const slotSchema = z
  .object({
    slot: instant,
    state: z.enum(['due', 'taken', 'missed', 'skipped', 'refused']),
    reason: z.string().nullable(),
    missedAt: instant.nullable().openapi({ description: 'With a run beside it: it was caught up.' }),
    run: z.number().int().nullable(),
  })
  .openapi('Slot')

export const listSlotsRoute = createRoute({
  method: 'get',
  path: '/api/v1/slots',
  operationId: 'listSlots',
  tags,
  summary: 'Planned times, newest first, with what became of each, and the next one.',
  security: SECURITY,
  middleware: allow('read'),
  request: { query: z.strictObject({ policy: policyName, limit: limitQuery }) },
  responses: {
    200: json(
      z.object({ slots: z.array(slotSchema).readonly(), next: instant.nullable() }).openapi('Slots'),
      '`next` is null without a schedule.',
    ),
    ...PROBLEMS,
  },
})

const findingSchema = z.object({ code: z.string(), object: z.string(), message: z.string(), hint: z.string() })
const state = z.enum(['ok', 'warning', 'refused'])

export const diagnosisRoute = createRoute({
  method: 'get',
  path: '/api/v1/diagnosis',
  operationId: 'diagnose',
  tags,
  summary: 'What doctor sees: what would refuse a run, what would hinder it, and the fix of each.',
  security: SECURITY,
  middleware: allow('read'),
  request: { query: policyQuery },
  responses: {
    200: json(
      z
        .object({
          state,
          examinations: z
            .array(
              z.object({ name: z.string(), state, detail: z.string(), findings: z.array(findingSchema).readonly() }),
            )
            .readonly(),
        })
        .openapi('Diagnosis'),
      'One for each thing that was looked at.',
    ),
    ...PROBLEMS,
  },
})

const deliverySchema = z.object({
  channel: z.string(),
  state: z.enum(['waiting', 'sent', 'given_up']),
  attempts: z.number().int(),
  sentAt: instant.nullable(),
  problem: z.string().nullable(),
})

const noticeSchema = z
  .object({
    id: z.number().int(),
    kind: z.string(),
    toldAt: instant,
    closedAt: instant.nullable(),
    subject: z.string(),
    deliveries: z.array(deliverySchema).readonly(),
  })
  .openapi('Notice')

export const listNoticesRoute = createRoute({
  method: 'get',
  path: '/api/v1/notices',
  operationId: 'listNotices',
  tags,
  summary: 'What people were told, newest first, and how it went on each channel.',
  security: SECURITY,
  middleware: allow('read'),
  request: { query: z.strictObject({ policy: policyName, limit: limitQuery }) },
  responses: {
    200: json(z.object({ notices: z.array(noticeSchema).readonly() }).openapi('Notices'), 'The newest.'),
    ...PROBLEMS,
  },
})

const keyFields = {
  id: z.number().int(),
  name: z.string(),
  role: z.enum(ROLES),
  createdBy: z.string(),
  createdAt: instant,
  lastUsedAt: instant.nullable(),
  revokedBy: z.string().nullable(),
  revokedAt: instant.nullable(),
}
const keySchema = z.object(keyFields).openapi('ApiKey')

export const listKeysRoute = createRoute({
  method: 'get',
  path: '/api/v1/keys',
  operationId: 'listKeys',
  tags,
  summary: 'Who has a key, with which role, and when it was last used. Never the key.',
  security: SECURITY,
  middleware: allow('keys'),
  request: { query: z.strictObject({ all: flagQuery }) },
  responses: {
    200: json(z.object({ keys: z.array(keySchema).readonly() }).openapi('ApiKeys'), 'The keys.'),
    ...PROBLEMS,
  },
})

const keyName = z
  .string()
  .superRefine((text, context) => {
    const problem = keyNameProblem(text)
    if (problem !== null) context.addIssue({ code: 'custom', message: problem })
  })
  .openapi({ example: 'thandi' })

export const createKeyRoute = createRoute({
  method: 'post',
  path: '/api/v1/keys',
  operationId: 'createKey',
  tags,
  summary: 'Make a key. Its text is in this answer and nowhere else.',
  security: SECURITY,
  middleware: allow('keys'),
  request: { body: body(z.strictObject({ name: keyName, role: z.enum(ROLES) })) },
  responses: {
    201: json(z.object({ ...keyFields, key: z.string() }).openapi('NewApiKey'), 'The key.'),
    ...BODY_PROBLEMS,
  },
})

export const revokeKeyRoute = createRoute({
  method: 'post',
  path: '/api/v1/keys/{id}/revoke',
  operationId: 'revokeKey',
  tags,
  summary: 'End a key and all of its sessions at once.',
  security: SECURITY,
  middleware: [allow('keys'), idempotent] as const,
  request: { headers: idempotencyHeader, params: numberParam, body: body(z.strictObject({})) },
  responses: { 200: json(keySchema, 'The key as it ended.'), ...BODY_PROBLEMS },
})
