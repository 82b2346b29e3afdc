/** Exports. One that is started goes on to its end, whether its caller waits or not; a stop ends it at its set. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { authorOf } from '../auth.ts'
import { dueExportRoute, listExportsRoute, startExportRoute } from '../contract/exports.ts'
import { readPage } from '../cursor.ts'
import type { App, Service } from '../environment.ts'

export function registerExports(app: App, { base, archiver, policies, running }: Service): void {
  app.openapi(listExportsRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('param').name)
    const read = (page: Readonly<{ limit: number; before: number | null }>) => archiver.listColdSets(policy, page)
    const { items, next } = await readPage('exports', c.req.valid('query'), read, ({ file }) => file)
    return c.json({ sets: items, next }, 200)
  })
  app.openapi(dueExportRoute, async (c) =>
    c.json(await archiver.previewExport(choosePolicy(policies, c.req.valid('param').name)), 200),
  )
  app.openapi(startExportRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('param').name)
    const options = { ...c.req.valid('json'), ...authorOf(c.var.principal) }
    const vault = await archiver.vault()
    const run = await running.begin<number>((working, opening) =>
      working.export(policy, vault, { ...options, ...opening }),
    )
    c.header('Location', `${base}/api/v1/runs/${run}?policy=${policy.name}`)
    return c.json({ run, policy: policy.name }, 202)
  })
}
