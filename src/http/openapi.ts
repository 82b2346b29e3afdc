/** The description of the API as OpenAPI 3.1, made from the very schemas that check requests. */
import { SESSION_COOKIE } from './auth.ts'
import type { App } from './environment.ts'

const DESCRIPTION = `Moves old rows with their families out of a busy table, proves that nothing was lost, and brings any
back. Errors are problem+json with a stable \`code\`. Nothing is coerced: \`"false"\` is no boolean.`

export function registerSecurity(app: App): void {
  const register = app.openAPIRegistry.registerComponent.bind(app.openAPIRegistry)
  register('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer', description: 'An API key.' })
  register('securitySchemes', 'apiKey', { type: 'apiKey', in: 'header', name: 'X-API-Key' })
  register('securitySchemes', 'session', { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE })
}

/** `base`: where this API begins. */
export const openApiDocument = (app: App, base: string) =>
  app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Mothball', version: '1', description: DESCRIPTION },
    servers: [{ url: base === '' ? '/' : base }],
  })
