/** What machines ask: is it alive, can it work, how much. */
import { createRoute, z } from '@hono/zod-openapi'
import { allow } from '../auth.ts'
import { json, PROBLEMS, SECURITY } from './parts.ts'

const tags = ['Operation']
const ok = z.object({ status: z.literal('ok') }).openapi('Ok')

export const livezRoute = createRoute({
  method: 'get',
  path: '/livez',
  operationId: 'livez',
  tags,
  summary: 'The process answers.',
  responses: { 200: json(ok, 'It does.') },
})

export const readyzRoute = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'readyz',
  tags,
  summary: 'The database answers, and its journal is as this program needs it.',
  responses: { 200: json(ok, 'It can work.'), 500: PROBLEMS[500], 503: PROBLEMS[503] },
})

export const metricsRoute = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'metrics',
  tags,
  summary: "Figures in Prometheus's text format.",
  security: SECURITY,
  middleware: allow('read'),
  responses: { 200: { description: 'The figures.', content: { 'text/plain': { schema: z.string() } } }, ...PROBLEMS },
})
