/** The audit log. */
import { listAuditRoute, verifyAuditRoute } from '../contract/audit.ts'
import { readPage } from '../cursor.ts'
import { defined } from '../defined.ts'
import type { App, Service } from '../environment.ts'

export function registerAudit(app: App, { archiver, auditKeys }: Service): void {
  app.openapi(listAuditRoute, async (c) => {
    const { items, next } = await readPage('audit', c.req.valid('query'), archiver.listAudit, ({ id }) => id)
    return c.json({ entries: items, next }, 200)
  })
  app.openapi(verifyAuditRoute, async (c) =>
    c.json(await archiver.verifyAudit({ ...defined(c.req.valid('query')), keys: auditKeys }), 200),
  )
}
