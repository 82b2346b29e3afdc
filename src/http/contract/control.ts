/** A run that goes on is asked to pause, to go on, or to stop; it follows at the end of its batch, wherever it is. */
import { createRoute, z } from '@hono/zod-openapi'
import { allow } from '../auth.ts'
import { idempotent } from '../idempotent.ts'
import {
  BODY_PROBLEMS,
  body,
  idempotencyHeader,
  json,
  numberParam,
  policyQuery,
  reason,
  runState,
  SECURITY,
} from './parts.ts'

const resultSchema = z
  .object({
    run: z.number().int(),
    asked: z.enum(['pause', 'resume', 'stop']),
    state: runState.openapi({ description: 'Where the run was when it was asked.' }),
    alive: z.boolean().openapi({ description: 'False: its process is gone, and the next run of its table closes it.' }),
  })
  .openapi('ControlResult')

const controlRoute = <Verb extends 'pause' | 'resume' | 'stop'>(verb: Verb, summary: string) =>
  createRoute({
    method: 'post',
    path: `/api/v1/runs/{id}/${verb}`,
    operationId: `${verb}Run`,
    tags: ['Runs'],
    summary,
    security: SECURITY,
    middleware: [allow('run'), idempotent] as const,
    request: {
      headers: idempotencyHeader,
      params: numberParam,
      query: policyQuery,
      body: body(z.strictObject({ reason: reason.optional() })),
    },
    responses: { 200: json(resultSchema, 'It was asked.'), ...BODY_PROBLEMS },
  })

export const pauseRunRoute = controlRoute(
  'pause',
  'Ask a run to pause. It keeps its lease, and has no transaction open.',
)
export const resumeRunRoute = controlRoute('resume', 'Ask a run to go on, with the same cutoff.')
export const stopRunRoute = controlRoute(
  'stop',
  'Ask a run to end with what it has moved by then. Nothing is rolled back.',
)
