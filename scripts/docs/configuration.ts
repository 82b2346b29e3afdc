/** docs/reference/configuration.md: every field of the one schema, with its type, default and meaning. */
import { Document, isScalar, visit } from 'yaml'
import { z } from 'zod'
import { policySchema } from '../../src/core/policy-schema.ts'
import { configJsonSchema } from '../../src/presets/document.ts'
import { nicCallCenter, nicCallCenterSchema } from '../../src/presets/nic-call-center.ts'
import { AUDIT_WORDS } from './audit-words.ts'
import { COLD_WORDS } from './cold-words.ts'
import { fieldsOf, readSchema, type SchemaField, typeText } from './json-schema.ts'
import { head, page, reference, table } from './markdown.ts'
import { NOTIFY_WORDS } from './notify-words.ts'
import { DOCUMENT_WORDS, type FieldWords, POLICY_WORDS, PRESET_WORDS } from './policy-words.ts'

/** Throws RangeError where fields and words do not fit together. */
export function configurationPage(): string {
  const document = fieldsOf(readSchema(configJsonSchema())).filter(
    ({ path }) => !['policies[', 'notify', 'cold', 'audit'].some((section) => path.startsWith(section)),
  )
  const notify = fieldsOf(readSchema(configJsonSchema())).filter(({ path }) => path.startsWith('notify'))
  const cold = fieldsOf(readSchema(configJsonSchema())).filter(({ path }) => path.startsWith('cold'))
  const audit = fieldsOf(readSchema(configJsonSchema())).filter(({ path }) => path.startsWith('audit'))
  const policy = fieldsOf(readSchema(z.toJSONSchema(policySchema, { io: 'input' })))
  const preset = fieldsOf(readSchema(z.toJSONSchema(nicCallCenterSchema, { io: 'input' })))
  const literal = { path: 'preset', schema: { const: 'nic-call-center' }, required: true }
  return page(
    head('Configuration', INTRODUCTION),
    '## The document',
    fieldTable(document, DOCUMENT_WORDS),
    '## A policy',
    'Unknown fields are errors, and nothing is coerced: `"60"` is no number. Every problem is told at once, with its field.',
    fieldTable(policy, POLICY_WORDS),
    '## The preset `nic-call-center`',
    PRESET,
    fieldTable([literal, ...preset], PRESET_WORDS),
    'What it stands for, written out:',
    `\`\`\`yaml\n${presetText()}\`\`\``,
    '## Messages',
    fieldTable(notify, NOTIFY_WORDS),
    '## Cold files',
    fieldTable(cold, COLD_WORDS),
    '## Audit log',
    fieldTable(audit, AUDIT_WORDS),
  )
}

const INTRODUCTION = [
  'One of `mothball.config.ts`, `.yaml`, `.yml` or `.json` in the current folder, or the file that `--config FILE` names.',
  'A `.ts` file has it as its default export; `defineConfig` of `src/index.ts` gives it its type. `mothball config` shows',
  'what was read, `mothball config --origin` where each value came from, `mothball config --schema` the JSON Schema.',
  '',
  `${reference('NAME')} in any text is the environment variable NAME, or the content of the file that \`NAME_FILE\` names;`,
  `${reference('file:/run/secrets/url')} is the content of a file (a relative path counts from the configuration's folder). One`,
  'that is not set, or empty, is an error that names the field. A second `$` before it leaves the text as it is.',
]

const PRESET = [
  "Every field of a policy may stand beside `preset` and goes before the preset's own; a list (`keep`, `relations`)",
  'replaces the whole list. `age`, `schedule` and `erasure` are taken field by field: `age: {days: 30}` keeps the column, and `age: {unit: epoch_ms}`',
  "or `age: {zone: ...}` holds for every timestamp that the preset's rules read. Tables other than the customer's are",
  'optional: where one is missing, `plan` warns (`relation_left_out`) and goes on without it **and without its rules**.',
].join('\n')

function fieldTable(fields: readonly SchemaField[], words: Readonly<Record<string, FieldWords>>): string {
  const named = [...new Map(fields.filter(({ path }) => !isKeyOfMap(path)).map((each) => [each.path, each])).values()]
  const unknown = Object.keys(words).filter((path) => !named.some((field) => field.path === path))
  if (unknown.length > 0) throw new RangeError(`words for fields that are not there: ${unknown.join(', ')}`)
  return table(
    ['Field', 'Type', 'Default', 'Meaning'],
    named.map((field) => {
      const own = words[field.path]
      if (own === undefined) throw new RangeError(`no words for the field ${field.path}`)
      return [`\`${field.path}\``, own.type ?? typeText(field.schema), defaultText(field, own), own.meaning]
    }),
  )
}

/** `{ago: 30}` and `{ahead: 30}` are values, told where the value is. */
const isKeyOfMap = (path: string): boolean => path.includes('.value.')

function defaultText({ schema, required }: SchemaField, words: FieldWords): string {
  if (words.default !== undefined) return words.default
  if (required) return 'needed'
  const value = schema.default
  if (value === undefined) return ''
  if (value === null) return 'none'
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return ['[]', '{}'].includes(text) ? 'none' : `\`${text}\``
}

/** The preset as YAML, in the order in which a policy is written; short lists and values on one line. */
function presetText(): string {
  const document = new Document(nicCallCenter(), { aliasDuplicateObjects: false })
  visit(document, {
    Seq: (_key, list) => {
      list.flow = list.items.every(isScalar)
    },
    Map: (_key, map) => {
      map.flow = map.items.every(({ value }) => isScalar(value) && typeof value.value === 'number')
    },
  })
  return document.toString({ lineWidth: 110, flowCollectionPadding: false })
}
