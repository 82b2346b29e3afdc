/** Under what settings the functions of a homecoming run, whatever those of the session are in which somebody writes. */
import type { ArchivedFamily } from '../../core/archived-family.ts'
import { insertTriggers } from '../../core/homecoming.ts'
import { TEXT_FORM } from '../session.sql.ts'
import { id } from '../tag.ts'

/**
 * Triggers of the user's that fire on the way home find their own tables without a schema, which they would not under
 * pg_catalog alone; types of other schemas find their operators. Whoever may make functions there is trusted by both.
 */
export function settingsOf(family: ArchivedFamily): Readonly<Record<string, string>> {
  return { ...TEXT_FORM, row_security: 'off', jit: 'off', enable_seqscan: 'off', search_path: searchPath(family) }
}

function searchPath({ tables }: ArchivedFamily): string {
  const ofTriggers = tables.some(({ home }) => insertTriggers(home).length > 0)
    ? tables.map(({ home }) => id(home.name.schema).text)
    : []
  return pathOf([...ofTriggers, ...typeSchemas(tables)])
}

/** Of a function that writes nothing, so that no trigger of the user's runs under it. */
export const readingPath = ({ tables }: ArchivedFamily): string => pathOf(typeSchemas(tables))

const typeSchemas = (tables: ArchivedFamily['tables']): readonly string[] =>
  tables.flatMap(({ home }) => home.columns.flatMap(({ type }) => schemaOf(type)))

const pathOf = (schemas: readonly string[]): string => [...new Set(['pg_catalog', ...schemas]), 'pg_temp'].join(', ')

/** `"My schema".label` and `crm.label(3)` have one; `numeric(12,2)` and `timestamp with time zone` have none. */
const schemaOf = (type: string): readonly string[] => {
  const [, schema] = /^("(?:[^"]|"")+"|[^".(]+)\../.exec(type) ?? []
  return schema === undefined ? [] : [schema]
}
