/** /openapi.json as a judge of answers: a body has the fields that are described, and no others. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'

const contentSchema = z.record(z.string(), z.object({ schema: z.unknown() }))
const operationSchema = z.looseObject({
  operationId: z.string(),
  tags: z.array(z.string()).default([]),
  responses: z.record(z.string(), z.looseObject({ content: contentSchema.optional() })),
})
const documentSchema = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
})

export type ApiOperation = Readonly<{ id: string; responses: z.infer<typeof operationSchema>['responses'] }>

export type ApiDescription = Readonly<{
  document: z.infer<typeof documentSchema>
  operations: readonly string[]
  tagsOf(operation: string): readonly string[]
  operationAt(method: string, path: string): ApiOperation | null
  problem(schema: unknown, value: unknown): string | null
}>

export async function describeApi(url: string): Promise<ApiDescription> {
  const document = documentSchema.parse(await (await fetch(`${url}/openapi.json`)).json())
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  const root = closed({ $id: 'api', components: document.components })
  if (typeof root === 'object' && root !== null) ajv.addSchema(root)
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, tags, responses }]) => ({
      method: method.toUpperCase(),
      isFixed: !path.includes('{'),
      pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      tags,
      operation: { id: operationId, responses },
    })),
  )
  return {
    document,
    operations: routes.map(({ operation }) => operation.id),
    tagsOf: (id) => routes.find(({ operation }) => operation.id === id)?.tags ?? [],
    operationAt: (method, path) => {
      const [bare = ''] = path.split('?')
      const fits = routes.filter((each) => each.method === method && each.pattern.test(bare))
      return (fits.find(({ isFixed }) => isFixed) ?? fits[0])?.operation ?? null
    },
    problem: (schema, value) => {
      const validate = ajv.compile(absolute(closed(schema)))
      return validate(value) ? null : ajv.errorsText(validate.errors)
    },
  }
}

/** Null where the answer is as it is described, or where its address is described nowhere. */
export function answerProblem(
  api: ApiDescription,
  method: string,
  path: string,
  { status, json, headers }: Readonly<{ status: number; json: unknown; headers: Headers }>,
): string | null {
  const operation = api.operationAt(method, path)
  if (operation === null) return null
  const response = operation.responses[String(status)]
  if (response === undefined) return `${operation.id} does not describe ${status}`
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  const content = response.content?.[type]
  if (response.content === undefined) return json === null ? null : `${operation.id} describes no body`
  if (content === undefined) return `${operation.id} ${status} does not describe ${type}`
  return json === null ? null : api.problem(content.schema, json)
}

/** The same schema, where an object with fields has these and no others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (schema === null || typeof schema !== 'object') return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]))
  const isObject = 'properties' in inner && !('additionalProperties' in inner) && inner['type'] === 'object'
  return isObject ? { ...inner, additionalProperties: false } : inner
}

/** `#/components/...` of the document, for a schema that stands alone. */
function absolute(schema: unknown): object {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"api#/')
  const parsed: unknown = JSON.parse(text)
  return parsed !== null && typeof parsed === 'object' ? parsed : {}
}
