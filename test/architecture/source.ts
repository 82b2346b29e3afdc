/**
 * What the architecture checks look at: a source file by its path from the root, with what the parser found in it.
 * Nothing here knows a rule.
 */
import { posix } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

/** A fault, by the file that has it. */
export type Finding = Readonly<{ path: string; fault: string }>

export type Source = Readonly<{
  /** From the root, with forward slashes: `src/core/plan.ts`. */
  path: string
  text: string
  /** Files that it imports or re-exports from, by path from the root; packages are left out. */
  imports: readonly string[]
  /** Texts of its strings and templates; each `${...}` reads as `?`. */
  strings: readonly string[]
  hasAny: boolean
  hasDefaultExport: boolean
}>

const isRelative = (specifier: string) => specifier.startsWith('.')

/** Parses one file. Throws when it does not parse. */
export function readSource(path: string, text: string): Source {
  const { program, module, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`)
  const specifiers: string[] = [
    ...module.staticImports.map((found) => found.moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
  ]
  const strings: string[] = []
  let hasAny = false
  new Visitor({
    TSAnyKeyword: () => {
      hasAny = true
    },
    TSImportType: ({ source }) => void specifiers.push(source.value),
    ImportExpression: ({ source }) => {
      if (source.type === 'Literal' && typeof source.value === 'string') specifiers.push(source.value)
    },
    Literal: ({ value }) => {
      if (typeof value === 'string') strings.push(value)
    },
    TemplateLiteral: ({ quasis }) => void strings.push(quasis.map(({ value }) => value.raw).join('?')),
  }).visit(program)
  const imports = specifiers.filter(isRelative).map((specifier) => posix.join(posix.dirname(path), specifier))
  const hasDefaultExport = module.staticExports.some(({ entries }) =>
    entries.some(({ exportName }) => exportName.kind === 'Default' || exportName.name === 'default'),
  )
  return { path, text, imports: [...new Set(imports)], strings, hasAny, hasDefaultExport }
}
