/** A few of those whom a plan counts. */
import { createRoute, z } from '@hono/zod-openapi'
import { MOST_SAMPLED } from '../../core/sample.ts'
import { allow } from '../auth.ts'
import { customerKey, digits, instant, json, PROBLEMS, policyName, SECURITY } from './parts.ts'

const tags = ['Runs']

const sampleSchema = z
  .object({
    policy: z.string(),
    rule: z.string().nullable().openapi({ description: 'The keep rule that keeps them; null: they would move.' }),
    moment: instant,
    customers: z
      .array(
        z.object({
          key: customerKey,
          age: instant,
          contacts: z.array(z.object({ column: z.string(), value: z.string() })).readonly(),
        }),
      )
      .readonly(),
  })
  .openapi('Sample')

export const sampleRoute = createRoute({
  method: 'get',
  path: '/api/v1/samples',
  operationId: 'sample',
  tags,
  summary: 'A few customers behind a figure of the plan, masked: who would move, or whom a keep rule keeps.',
  security: SECURITY,
  middleware: allow('read'),
  request: {
    query: z.strictObject({
      policy: policyName,
      rule: z.string().min(1).max(100).optional().openapi({ example: 'active_aod' }),
      limit: digits(MOST_SAMPLED).optional().openapi({
        type: 'integer',
        minimum: 1,
        maximum: MOST_SAMPLED,
        description: 'So many at the most; 5 where left out.',
      }),
    }),
  },
  responses: { 200: json(sampleSchema, 'In the order of their keys.'), ...PROBLEMS },
})
