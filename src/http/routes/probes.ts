/** Probes and metrics. */
import { MothballError } from '../../core/errors/index.ts'
import { hasKeys } from '../../engine/credentials.ts'
import { livezRoute, metricsRoute, readyzRoute } from '../contract/probes.ts'
import type { App, Service } from '../environment.ts'

export function registerProbes(app: App, { engine, metrics, running }: Service): void {
  app.openapi(livezRoute, (c) => c.json({ status: 'ok' } as const, 200))
  app.openapi(readyzRoute, async (c) => {
    if (running.stopping.aborted) throw new MothballError('stopping')
    await hasKeys(engine)
    return c.json({ status: 'ok' } as const, 200)
  })
  if (metrics === null) return
  const headers = { 'Content-Type': metrics.contentType }
  app.openapi(metricsRoute, async (c) => c.text(await metrics.text(), 200, headers))
}
