/** What is wrong with a value of a configuration, in our words: lower case, to be read after the field's name. */
import { z } from 'zod'
import { nearestName } from './nearest-name.ts'

type Issue = Parameters<z.core.$ZodErrorMap>[0]

/** For zod's own kinds of issues; a schema that says a problem itself keeps its words. */
export function issueMessage(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `must be ${typeText(issue.expected)}, not ${valueText(issue.input)}`
    case 'unrecognized_keys':
      return `has no ${issue.keys.length === 1 ? 'field' : 'fields'} ${unknownText(issue.keys, fieldsOf(issue.inst))}`
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'too_small':
      return sizeText(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)
    case 'too_big':
      return sizeText(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)
    case 'invalid_key':
      return 'is not a name that is known here'
    case 'invalid_union':
      return 'has none of the forms that fit here'
    default:
      return undefined
  }
}

/** What may stand there; none where it is no object with fields of its own. */
const fieldsOf = (schema: Issue['inst']): readonly string[] =>
  schema instanceof z.core.$ZodObject ? Object.keys(schema._zod.def.shape) : []

const unknownText = (keys: readonly string[], known: readonly string[]): string =>
  keys
    .map((key) => {
      const meant = nearestName(key, known)
      return meant === null ? key : `${key} (did you mean ${meant}?)`
    })
    .join(', ')

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const typeText = (type: string): string => TYPES[type] ?? type

/** The kind of a value, and of numbers the value: a text could be a secret. */
function valueText(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'number') return String(value)
  return typeText(typeof value)
}

function sizeText(origin: string, comparison: string, size: number | bigint): string {
  if (origin === 'array') return size === 1 ? 'is an empty list' : `must have ${comparison} ${size} of them`
  if (origin === 'string') return size === 1 ? 'is empty' : `must have ${comparison} ${size} characters`
  return `must be ${comparison} ${size}`
}
