/**
 * The habits of every file: short, typed, named for what it is, free of SQL where SQL has no place, and free of
 * paths that exist on one machine only.
 */
import type { Finding, Source } from './source.ts'

const MAX_LINES = 300
const EMPTY_NAMES = /^(utils?|helpers?|common|manager)(\.|$)/i
const SQL_HOMES = /^src\/(sql|demo)\//

/** Statements on rows. `core` may not even quote them; what only changes tables it may advise a person to run. */
const ROW_STATEMENTS = [
  'select\\s.*\\sfrom\\s',
  'insert\\s+into\\s',
  'update\\s+\\S+\\s+(as\\s+\\S+\\s+)?set\\s',
  'delete\\s+from\\s',
  'truncate\\s+(table\\s|\\?)',
]
const OTHER_STATEMENTS = [
  'select\\s+pg_',
  '(create|alter|drop)\\s+(or\\s+replace\\s+)?(unique\\s+)?(table|index|schema|trigger|function|database|type|role)\\s',
]

/** The same shape in capitals; what follows a backslash is a class and stays. */
const upper = (shape: string) =>
  shape.replace(/\\.|[a-z]/g, (found) => (found.startsWith('\\') ? found : found.toUpperCase()))

/** All lower case or all upper case, as SQL is written; a sentence that begins with "Select" is English. */
const anyOf = (shapes: readonly string[]) =>
  [shapes, shapes.map(upper)].map((cased) => new RegExp(`\\b(${cased.join('|')})`, 's'))

const SQL_IN_CORE = anyOf(ROW_STATEMENTS)
const SQL = anyOf([...ROW_STATEMENTS, ...OTHER_STATEMENTS])

const faultsOf = (sources: readonly Source[], fault: (source: Source) => string | null): Finding[] =>
  sources.flatMap((source) => {
    const found = fault(source)
    return found === null ? [] : [{ path: source.path, fault: found }]
  })

const lineCount = (text: string) => text.split('\n').length - (text.endsWith('\n') ? 1 : 0)

export const longFiles = (sources: readonly Source[]): Finding[] =>
  faultsOf(sources, ({ text }) =>
    lineCount(text) > MAX_LINES ? `has ${lineCount(text)} lines, more than ${MAX_LINES}` : null,
  )

export const anyTypes = (sources: readonly Source[]): Finding[] =>
  faultsOf(sources, ({ hasAny }) => (hasAny ? 'uses the type any' : null))

export const defaultExports = (sources: readonly Source[]): Finding[] =>
  faultsOf(sources, ({ hasDefaultExport }) => (hasDefaultExport ? 'has a default export' : null))

/** SQL in a string or template of src, outside the folders that SQL lives in. */
export const straySql = (sources: readonly Source[]): Finding[] =>
  faultsOf(sources, ({ path, strings }) => {
    if (!path.startsWith('src/') || SQL_HOMES.test(path)) return null
    const shapes = path.startsWith('src/core/') ? SQL_IN_CORE : SQL
    const stray = strings.find((text) => shapes.some((shape) => shape.test(text)))
    return stray === undefined ? null : `holds SQL: ${stray.trim().slice(0, 60)}`
  })

/** Files and folders whose name says nothing about what is in them. */
export const emptyNames = (paths: readonly string[]): Finding[] =>
  paths.flatMap((path) =>
    path.split('/').some((part) => EMPTY_NAMES.test(part)) ? [{ path, fault: 'has a name that says nothing' }] : [],
  )

/** Somebody's home, on Linux, macOS or Windows. */
const HOMES = /(?<![\w.])(\/(home|Users)\/[\w.-]+|\/root\/[\w.-]+|[A-Z]:\\Users\\[\w.-]+)/

/**
 * Paths of a home, or of the folder that this clone is in (`root`). A clone in a folder that documents may well name,
 * such as /app, is not looked for.
 */
export function machinePaths(files: readonly Readonly<{ path: string; text: string }>[], root: string): Finding[] {
  const folder = root.replace(/[\\/]+$/, '')
  const isTelling = folder.split(/[\\/]/).length > 2 && !/^\/(usr|opt|srv)\//.test(folder)
  return files.flatMap(({ path, text }) => {
    const found = HOMES.exec(text)?.[0] ?? (isTelling && text.includes(`${folder}/`) ? folder : null)
    return found === null ? [] : [{ path, fault: `names ${found}, a path of one machine` }]
  })
}
