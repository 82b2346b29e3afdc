/** Whom the configuration tells, and whether they can be reached. */
import { createRoute, z } from '@hono/zod-openapi'
import { allow } from '../auth.ts'
import { limitTrials } from '../limits.ts'
import { BODY_PROBLEMS, body, json, PROBLEMS, SECURITY } from './parts.ts'

const tags = ['Service']

const kind = z.enum(['email', 'slack', 'teams'])

export const listChannelsRoute = createRoute({
  method: 'get',
  path: '/api/v1/channels',
  operationId: 'listChannels',
  tags,
  summary: 'The channels of the configuration, by name. Never an address.',
  security: SECURITY,
  middleware: allow('read'),
  responses: {
    200: json(
      z.object({ channels: z.array(z.object({ name: z.string(), kind })).readonly() }).openapi('Channels'),
      'Empty where nobody is told.',
    ),
    ...PROBLEMS,
  },
})

export const testChannelRoute = createRoute({
  method: 'post',
  path: '/api/v1/channels/{name}/test',
  operationId: 'testChannel',
  tags,
  summary: 'Send a trial message now, once; six a minute at the most.',
  security: SECURITY,
  middleware: [allow('notify'), limitTrials()] as const,
  request: {
    params: z.strictObject({
      name: z.string().openapi({ param: { name: 'name', in: 'path' }, example: 'operations' }),
    }),
    body: body(z.strictObject({})),
  },
  responses: {
    200: json(
      z
        .object({
          channel: z.string(),
          kind,
          problem: z.string().nullable().openapi({ description: 'Null: the other side took it.', example: 'timeout' }),
        })
        .openapi('TestedChannel'),
      'Whether the other side took it.',
    ),
    ...BODY_PROBLEMS,
  },
})
