import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCopiedAsText } from './columns.ts'

test('COPY makes the text of plain types itself, whatever their length; of others their cast does', () => {
  const made = [
    'bigint',
    'numeric(12,2)',
    'character varying(64)',
    'timestamp(3) with time zone',
    'timestamp with time zone',
    'uuid',
  ]
  for (const type of made) assert.ok(isCopiedAsText({ type }), type)
  const cast = ['boolean', 'inet', 'character(5)', 'numeric(12,2)[]', 'bigint[]', 'public.mood', '"text "']
  for (const type of cast) assert.ok(!isCopiedAsText({ type }), type)
})
