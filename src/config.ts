/**
 * The configuration: one schema for .ts, .yaml and .json, every problem at once with its field, secrets from the
 * environment or from files. A flag goes before the configuration, and the environment fills in what it leaves out.
 * What comes out is sound as far as can be known without a database.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseDocument as parseYaml } from 'yaml'
import type { ColdOptions } from './cold/options.ts'
import type { AuditOptions } from './core/audit-schema.ts'
import { MothballError } from './core/errors/index.ts'
import type { NotifyConfig } from './core/notify-schema.ts'
import { type Origin, originsOf } from './core/origin.ts'
import type { Policy } from './core/policy.ts'
import type { Problem } from './core/policy-problems.ts'
import { isProblems } from './core/policy-schema.ts'
import { type Reference, type Substitution, substitute } from './core/substitute.ts'
import type { HttpOptions } from './http/options.ts'
import { chooseDatabase, type Databases, onlyDatabase } from './presets/databases.ts'
import { type ConfigInput, parseDocument, urlProblem } from './presets/document.ts'

export type { ConfigInput } from './presets/document.ts'

export type Config = Readonly<{
  policies: readonly Policy[]
  /** The database that a command works on: null where nothing names one, or it has to be chosen. */
  database: Databases['database']
  /** Those that a service works on. */
  databases: Databases['databases']
  http: HttpOptions
  /** Where cold files lie, and their keys. Holds secrets: to be shown masked only. */
  cold: ColdOptions
  /** Keys of the audit log's checkpoints. Holds secrets: to be shown masked only. */
  audit: AuditOptions
  /** Who is told what; without channels nobody is. Holds secrets: to be shown masked only. */
  notify: NotifyConfig
  /** The file that was read. */
  path: string
  /** Every field with its value and where that came from, in the order of the document; secrets are masked. */
  origins: readonly Origin[]
}>

export type Environment = Readonly<Record<string, string | undefined>>

export type ConfigSource = Readonly<{
  /** Left out: mothball.config.ts, .yaml or .json of `folder`. */
  path?: string | undefined
  /** Left out: the process's own. */
  folder?: string
  env: Environment
  /** `database`: one of `databases`, by its name. */
  flags?: Readonly<{ databaseUrl?: string | undefined; database?: string | undefined }>
}>

const CONFIG_NAMES = ['ts', 'yaml', 'yml', 'json'].map((ending) => `mothball.config.${ending}`)
const URL_VARIABLE = 'MOTHBALL_DATABASE_URL'

/** Types a `mothball.config.ts`; returns what it is given. */
export const defineConfig = (config: ConfigInput): ConfigInput => config

/**
 * Throws `config_not_found`, `config_unreadable`, or `config_invalid` with every problem; `variable_unset` and
 * `file_unreadable` where that is all that is wrong. Connects to nothing.
 */
export async function loadConfig({ path, folder = process.cwd(), env, flags = {} }: ConfigSource): Promise<Config> {
  const shown = path ?? findConfig(folder)
  const file = resolve(folder, shown)
  const substitution = substitute(await readDocument(file, shown), (reference) => lookUp(reference, env, dirname(file)))
  const document = parseDocument(substitution.value)
  if (isProblems(document)) throw invalid(shown, substitution, document)
  if (substitution.problems.length > 0) throw invalid(shown, substitution, [])
  const isFleet = document.databases.length > 0 && flags.databaseUrl === undefined
  const only = databaseOf(document.url, env, flags.databaseUrl, dirname(file))
  const chosen = isFleet || flags.database !== undefined
  const databases = chosen ? chooseDatabase(document.databases, flags.database) : onlyDatabase(only.url)
  const origins = originsOf({ ...document, ...only, file: shown, references: substitution.references })
  return {
    policies: document.policies.map(({ policy }) => policy),
    ...databases,
    http: document.http,
    notify: document.notify,
    cold: document.cold,
    audit: document.audit,
    path: file,
    origins,
  }
}

function findConfig(folder: string): string {
  const [first, second] = CONFIG_NAMES.filter((name) => existsSync(resolve(folder, name)))
  if (first === undefined) throw new MothballError('config_not_found', { path: 'mothball.config.ts, .yaml or .json' })
  if (second !== undefined) throw new MothballError('config_ambiguous', { first, second })
  return first
}

/** The document as plain data, whatever its form. */
async function readDocument(file: string, shown: string): Promise<unknown> {
  if (!existsSync(file)) throw new MothballError('config_not_found', { path: shown })
  try {
    switch (extname(file)) {
      case '.ts':
      case '.mts':
      case '.js':
      case '.mjs':
        return await importDocument(file)
      case '.yaml':
      case '.yml':
        return yamlDocument(readFileSync(file, 'utf8'))
      case '.json':
        return jsonDocument(readFileSync(file, 'utf8'))
      default:
        throw new Error(`${extname(file) || 'a name without ending'} is none of .ts, .yaml, .json`)
    }
  } catch (error) {
    if (error instanceof MothballError) throw error
    throw new MothballError('config_unreadable', { path: shown, problem: firstLine(error) }, { cause: error })
  }
}

async function importDocument(file: string): Promise<unknown> {
  const loaded: unknown = await import(pathToFileURL(file).href)
  if (loaded === null || typeof loaded !== 'object' || !('default' in loaded)) throw new Error('has no default export')
  return loaded.default
}

function yamlDocument(text: string): unknown {
  const document = parseYaml(text)
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) throw problem
  return document.toJS()
}

/** JSON as it is, but a field that is written twice is an error: which of the two was meant? */
function jsonDocument(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, '')
  const value: unknown = JSON.parse(plain)
  const twice = parseYaml(plain).errors.find(({ code }) => code === 'DUPLICATE_KEY')
  if (twice !== undefined) throw twice
  return value
}

/** Parsers quote the source below their first line, and with it perhaps a password. */
function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  if (error instanceof SyntaxError && line.includes('JSON')) return line.replace(/(position \d+).*|, ["'.].*/, '$1')
  return line.replace(/:$/, '')
}

function lookUp({ kind, name }: Reference, env: Environment, folder: string): string | Readonly<{ problem: string }> {
  if (name.trim() === '') return { problem: 'has a reference without a name' }
  if (kind === 'file')
    return readSecret(name, folder) ?? { problem: `needs the file ${name}, which cannot be read or is empty` }
  const value = variable(name, env, folder)
  return value === null
    ? { problem: `needs the environment variable ${name}, which is not set` }
    : 'problem' in value
      ? value
      : value.text
}

type Variable = Readonly<{ text: string; origin: string }> | Readonly<{ problem: string }> | null

/** The variable, or the content of the file that `NAME_FILE` names. Empty counts as not set. */
function variable(name: string, env: Environment, folder: string): Variable {
  const [text, file] = [env[name] || null, env[`${name}_FILE`] || null]
  if (text !== null && file !== null) return { problem: `${name} and ${name}_FILE are both set` }
  if (text !== null) return { text, origin: `environment ${name}` }
  if (file === null) return null
  const secret = readSecret(file, folder)
  return secret === null
    ? { problem: `needs the file ${file} (${name}_FILE), which cannot be read or is empty` }
    : { text: secret, origin: `file ${file} (${name}_FILE)` }
}

/** Without the newline that editors put at the end; null where there is nothing to be had. */
function readSecret(path: string, folder: string): string | null {
  try {
    return readFileSync(isAbsolute(path) ? path : resolve(folder, path), 'utf8').replace(/\r?\n$/, '') || null
  } catch {
    return null
  }
}

/** The address without any configuration: the flag's, else the environment's, else null. */
export const databaseUrl = ({ env, flag }: Readonly<{ env: Environment; flag?: string | undefined }>): string | null =>
  databaseOf(null, env, flag, process.cwd()).url

function databaseOf(
  written: string | null,
  env: Environment,
  flag: string | undefined,
  folder: string,
): Readonly<{ url: string | null; urlOrigin: string | null }> {
  if (flag !== undefined) return { url: checkedUrl(flag, '--database-url'), urlOrigin: 'flag --database-url' }
  if (written !== null) return { url: written, urlOrigin: null }
  const found = variable(URL_VARIABLE, env, folder)
  if (found === null) return { url: null, urlOrigin: null }
  if ('problem' in found) throw new MothballError('option_invalid', { option: URL_VARIABLE, problem: found.problem })
  return { url: checkedUrl(found.text, URL_VARIABLE), urlOrigin: found.origin }
}

function checkedUrl(url: string, option: string): string {
  const problem = urlProblem(url)
  if (problem !== null) throw new MothballError('option_invalid', { option, problem })
  return url
}

/** What failed to be looked up is not complained of twice. */
function invalid(path: string, { problems: unresolved }: Substitution, found: readonly Problem[]): MothballError {
  const named = new Set(unresolved.map(({ field }) => field))
  const others = found.filter(({ field }) => !named.has(field))
  const [only] = unresolved
  if (only?.reference !== undefined && unresolved.length === 1 && others.length === 0) return unresolvedError(only)
  const lines = [...unresolved, ...others].map(({ field, problem }) => `  ${field || 'the document'}: ${problem}`)
  return new MothballError('config_invalid', { path, problems: lines.join('\n') })
}

function unresolvedError({ field, reference, problem }: Substitution['problems'][number]): MothballError {
  if (reference?.kind === 'file') return new MothballError('file_unreadable', { field, file: reference.name })
  return problem.includes('not set')
    ? new MothballError('variable_unset', { field, variable: reference?.name ?? '' })
    : new MothballError('option_invalid', { option: field, problem })
}
