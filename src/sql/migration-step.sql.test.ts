import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrationScript } from './migration-step.sql.ts'
import { raw } from './tag.ts'

test('a script keeps each transaction together and ends every statement', () => {
  const step = { kind: 'log', object: 'log', statements: [raw('create a'), raw('-- two\ncreate b;\n')] } as const
  assert.equal(
    migrationScript([
      { ...step, title: 'make both', transactional: true },
      { ...step, title: 'beside the work', transactional: false },
    ]),
    `-- make both
begin;
create a;
-- two
create b;
commit;

-- beside the work
create a;
-- two
create b;
`,
  )
})
