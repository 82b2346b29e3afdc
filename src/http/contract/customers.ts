/** Customers: found by whatever they say on the phone, and why each is where he is. Values are masked. */
import { createRoute, z } from '@hono/zod-openapi'
import { allow } from '../auth.ts'
import {
  BODY_PROBLEMS,
  body,
  counts,
  customerKey,
  instant,
  json,
  PROBLEMS,
  policyName,
  policyQuery,
  reason,
  SECURITY,
} from './parts.ts'

const tags = ['Customers']

const number = z.number().int()

const activeSchema = z.object({
  verdict: z.enum(['no_age', 'too_young', 'kept', 'quarantined', 'eligible', 'not_judged']),
  age: instant.nullable(),
  cutoff: z.string(),
  oldEnoughAt: instant.nullable(),
  evidence: z.array(z.object({ rule: z.string(), rows: number })).readonly(),
})

const archivedSchema = z.object({
  archivedAt: instant.nullable(),
  archivedBy: z.string().nullable(),
  reason: z.string().nullable(),
  batch: number.nullable(),
  run: number.nullable(),
  cutoff: instant.nullable(),
  related: counts,
})

const journalFacts = {
  holds: z
    .array(
      z.object({
        id: number,
        reason: z.string(),
        caseNumber: z.string().nullable(),
        setBy: z.string(),
        setAt: instant,
      }),
    )
    .readonly(),
  keepUntil: z
    .object({
      until: instant,
      reason: z.string(),
      actor: z.string(),
      run: number.nullable(),
      setAt: instant,
      holds: z.boolean(),
    })
    .nullable(),
  failure: z
    .object({
      run: number,
      code: z.string(),
      sqlstate: z.string().nullable(),
      object: z.string().nullable(),
      failedAt: instant,
    })
    .nullable(),
}

const coldSchema = z.object({
  archivedAt: instant,
  purgedAt: instant,
  run: number,
  store: z.string(),
  manifest: z.string(),
})

const customerSchema = z
  .object({
    key: customerKey,
    tier: z.enum(['active', 'archive', 'cold', 'none']),
    matched: z.array(z.enum(['key', 'phone', 'email', 'text'])).readonly(),
    contacts: z
      .array(z.object({ column: z.string(), value: z.string() }))
      .readonly()
      .openapi({
        description: 'What the policy searches, masked.',
        example: [{ column: 'mobile', value: '082 *** 0142' }],
      }),
    kept: z.array(z.string()).readonly(),
    run: number.nullable(),
    active: activeSchema.nullable(),
    archived: archivedSchema.nullable(),
    cold: coldSchema.nullable(),
    ...journalFacts,
    visits: z.array(z.object({ archivedBy: number, leftBy: number })).readonly(),
  })
  .openapi('Customer')

export const searchCustomersRoute = createRoute({
  method: 'post',
  path: '/api/v1/customers/search',
  operationId: 'searchCustomers',
  tags,
  summary:
    'By key, phone number in any format, policy number or e-mail; active and archived. Numbers stay out of addresses.',
  security: SECURITY,
  middleware: allow('read'),
  request: { body: body(z.strictObject({ policy: policyName, text: z.string().min(1).max(200) })) },
  responses: {
    200: json(
      z.object({ customers: z.array(customerSchema).readonly() }).openapi('Customers'),
      'Active ones first; none where nobody is found.',
    ),
    ...BODY_PROBLEMS,
  },
})

const keyParam = z.strictObject({
  key: z
    .string()
    .min(1)
    .max(1000)
    .openapi({ param: { name: 'key', in: 'path' }, example: '5520' }),
})

export const customerRoute = createRoute({
  method: 'get',
  path: '/api/v1/customers/{key}',
  operationId: 'getCustomer',
  tags,
  summary: 'One customer by his key.',
  security: SECURITY,
  middleware: allow('read'),
  request: { params: keyParam, query: policyQuery },
  responses: { 200: json(customerSchema, 'The customer.'), ...PROBLEMS },
})

const whySchema = z
  .object({
    key: customerKey,
    tier: z.enum(['active', 'archive', 'cold', 'none']),
    because: z
      .array(z.string())
      .readonly()
      .openapi({ example: ['kept by active_aod (1 row)'] }),
    active: activeSchema.nullable(),
    archived: archivedSchema.nullable(),
    cold: coldSchema.nullable(),
    ...journalFacts,
  })
  .openapi('Why')

export const whyRoute = createRoute({
  method: 'get',
  path: '/api/v1/customers/{key}/why',
  operationId: 'whyCustomer',
  tags,
  summary: 'Why he is (not) archived: by rule and number of rows, or by run and cutoff.',
  security: SECURITY,
  middleware: allow('read'),
  request: { params: keyParam, query: policyQuery },
  responses: { 200: json(whySchema, 'The reasons.'), ...PROBLEMS },
})

const revealedSchema = z
  .object({
    key: customerKey,
    tier: z.enum(['active', 'archive', 'cold']),
    contacts: z
      .array(z.object({ column: z.string(), value: z.string() }))
      .readonly()
      .openapi({ example: [{ column: 'mobile', value: '+27 82 555 0142' }] }),
  })
  .openapi('Revealed')

/** Without Idempotency-Key: an answer that is kept for repeats would be a second place where the values lie. */
export const revealCustomerRoute = createRoute({
  method: 'post',
  path: '/api/v1/customers/{key}/reveal',
  operationId: 'revealCustomer',
  tags,
  summary: 'What is masked elsewhere, in clear. Who asked, for whom and why is written down first; the values never.',
  security: SECURITY,
  middleware: allow('reveal'),
  request: { params: keyParam, query: policyQuery, body: body(z.strictObject({ reason })) },
  responses: { 200: json(revealedSchema, 'The values that the policy searches.'), ...BODY_PROBLEMS },
})
