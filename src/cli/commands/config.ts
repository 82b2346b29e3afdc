/** `mothball config`: the configuration as it is understood, its schema, or where each value came from. */
import type { Config } from '../../config.ts'
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import { masked } from '../../core/origin.ts'
import { type Call, readConfig } from '../call.ts'
import type { Register } from '../command.ts'
import { fold } from '../format.ts'

type ConfigFlags = Readonly<{ schema?: true; origin?: true }>

export const registerConfig: Register = (program, { act }) => {
  program
    .command('config')
    .description('show the configuration as it is understood; connects to nothing')
    .option('--schema', 'print the JSON Schema of the configuration')
    .option('--origin', 'say where each value came from')
    .action(act(config))
}

async function config(call: Call, { schema, origin }: ConfigFlags): Promise<ExitCode> {
  if (schema && origin)
    throw new MothballError('usage_invalid', {
      problem: '--schema and --origin cannot stand together',
      hint: 'Choose one.',
    })
  if (schema) return printSchema(call)
  const loaded = await readConfig(call)
  const { path, origins, policies, http, notify } = loaded
  const database = { url: origins[0]?.value ?? null }
  const line = { type: 'config', path, database, policies, http, notify: masked(notify) }
  call.output.result(origin ? { ...line, origins } : line, origin ? originLines(loaded, call) : plainLines(loaded))
  return EXIT.done
}

/** The schema is a document of its own: with --json it stands on one line, and nothing else changes. */
async function printSchema({ output }: Call): Promise<ExitCode> {
  const { configJsonSchema } = await import('../../presets/document.ts')
  const schema = configJsonSchema()
  output.result({ type: 'config', schema }, [JSON.stringify(schema, null, 2)])
  return EXIT.done
}

function plainLines({ path, origins, policies, http, notify }: Config): readonly string[] {
  const understood = { database: { url: origins[0]?.value ?? null }, policies, http, notify: masked(notify) }
  return [`# ${path}`, JSON.stringify(understood, null, 2)]
}

function originLines({ origins }: Config, { output: { style, width } }: Call): readonly string[] {
  return origins.flatMap(({ field, value, origin }) =>
    fold(`${style.strong(field)} = ${valueText(value)}   ${style.faint(`(${origin})`)}`, width),
  )
}

/** Long lists are told by their length: `mothball config` shows them whole. */
function valueText(value: unknown): string {
  if (Array.isArray(value) && value.some((each) => typeof each === 'object')) return `${value.length} of them`
  if (value !== null && typeof value === 'object' && 'schema' in value && 'table' in value)
    return `${value.schema}.${value.table}`
  return JSON.stringify(value)
}
