// The house rules as facts about the files. Each check is first shown to fail on a toy, then run
// on the project itself.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as habits from './architecture/habits.ts'
import { cycles, layerFaults } from './architecture/layers.ts'
import { type Finding, readSource } from './architecture/source.ts'
import { projectPaths, ROOT, readText } from './architecture/tree.ts'

const CODE = /^(src|test|bench|scripts|dashboard)\/.*\.(tsx?|mjs|js)$/

const paths = projectPaths()
const sources = paths.filter((path) => CODE.test(path)).map((path) => readSource(path, readText(path)))

const toy = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([path, text]) => readSource(path, text))
const told = (findings: readonly Finding[]) => findings.map(({ path, fault }) => `${path} ${fault}`)
const blamed = (findings: readonly Finding[]) => findings.map(({ path }) => path)

test('the checks look at the project', () => {
  assert.ok(sources.some(({ path }) => path === 'test/architecture.test.ts'))
  assert.ok(sources.some(({ imports }) => imports.includes('test/architecture/habits.ts')))
})

test('a file imports from its own layer or a lower one', () => {
  const good = toy({
    'src/engine/run.ts': `import { a } from '../core/a.ts'\nexport { b } from './b.ts'`,
    'src/demo/demo.ts': `import { c } from '../cli/c.ts'`,
    'src/core/a.test.ts': `import { toy } from '../../test/support/toy.ts'`,
  })
  assert.deepEqual(layerFaults(good), [])
  const bad = toy({
    'src/core/a.ts': `import type { Run } from '../engine/run.ts'`,
    'src/sql/b.ts': `export * from '../db/b.ts'`,
    'src/db/c.ts': `const load = () => import('../index.ts')`,
    'src/db/d.ts': `type Run = import('../engine/run.ts').Run`,
    'src/http/e.ts': `import { send } from '../notify/send.ts'`,
    'src/db/f.ts': `import { toy } from '../../test/support/toy.ts'`,
    'src/extras/g.ts': '',
  })
  assert.deepEqual(told(layerFaults(bad)), [
    'src/core/a.ts imports src/engine/run.ts, which is in a higher layer',
    'src/sql/b.ts imports src/db/b.ts, which is in a higher layer',
    'src/db/c.ts imports src/index.ts, which is in a higher layer',
    'src/db/d.ts imports src/engine/run.ts, which is in a higher layer',
    'src/http/e.ts imports src/notify/send.ts sideways',
    'src/db/f.ts imports test/support/toy.ts, which is outside src',
    'src/extras/g.ts is in no layer',
  ])
  assert.deepEqual(layerFaults(sources), [])
})

test('the dashboard knows the types of the contract and the words of core, and nothing else of the server', () => {
  const ours = sources.filter(({ path }) => path.startsWith('dashboard/'))
  const foreign = ours.flatMap(({ path, text, imports }) =>
    imports
      .filter((target) => target.startsWith('src/') && !target.startsWith('src/core/'))
      .filter((target) => !(target.startsWith('src/http/contract/') && !/^import (?!type )/m.test(text)))
      .map((target) => `${path} imports ${target}`),
  )
  assert.ok(ours.length > 30)
  assert.deepEqual(foreign, [])
})

test('no file imports itself by a detour', () => {
  const round = toy({
    'src/core/a.ts': `import type { B } from './b.ts'`,
    'src/core/b.ts': `import { c } from './c.ts'`,
    'src/core/c.ts': `import { b } from './b.ts'`,
  })
  assert.deepEqual(told(cycles(round)), [
    'src/core/b.ts imports itself: src/core/b.ts -> src/core/c.ts -> src/core/b.ts',
  ])
  const diamond = toy({
    'a.ts': `import './b.ts'\nimport './c.ts'`,
    'b.ts': `import './d.ts'`,
    'c.ts': `import './d.ts'`,
  })
  assert.deepEqual(cycles(diamond), [])
  assert.deepEqual(cycles(sources), [])
})

test('no file has more than 300 lines', () => {
  const files = toy({
    'src/long.ts': '\n'.repeat(301),
    'src/full.ts': '\n'.repeat(300),
    'src/open.ts': `${'\n'.repeat(300)};`,
  })
  assert.deepEqual(blamed(habits.longFiles(files)), ['src/long.ts', 'src/open.ts'])
  assert.deepEqual(habits.longFiles(sources), [])
})

test('no file uses the type any', () => {
  const files = toy({
    'src/a.ts': 'const a: Record<string, any> = {}',
    'src/b.ts': 'export const b = (x: unknown) => x as any',
    'src/c.ts': `// any\nexport const any = 'as any'`,
  })
  assert.deepEqual(blamed(habits.anyTypes(files)), ['src/a.ts', 'src/b.ts'])
  assert.deepEqual(habits.anyTypes(sources), [])
})

test('no file has a default export', () => {
  const files = toy({
    'src/a.ts': 'export default 1',
    'src/b.ts': 'const b = 1\nexport { b as default }',
    'src/c.ts': 'export const c = 1',
  })
  assert.deepEqual(blamed(habits.defaultExports(files)), ['src/a.ts', 'src/b.ts'])
  assert.deepEqual(habits.defaultExports(sources), [])
})

test('no file or folder has a name that says nothing', () => {
  const names = ['src/utils/a.ts', 'src/core/helpers.ts', 'test/common/b.ts', 'src/manager.ts', 'src/core/Util.ts']
  assert.deepEqual(blamed(habits.emptyNames([...names, 'src/db/commons-lock.ts'])), names)
  assert.deepEqual(habits.emptyNames(paths), [])
})

test('SQL is written in src/sql and src/demo only', () => {
  const strays = [
    'const a = `select ${id} from ${table}`',
    `const b = 'SELECT *\\nFROM nic_cc_customer'`,
    'const c = `insert into ${table} values (1)`',
    'const d = `update ${table} set x = 1`',
    `const e = 'delete from nic_cc_customer'`,
    `const f = 'create unique index i on t (x)'`,
    'const g = `truncate ${table}`',
    `const h = 'select pg_cancel_backend($1)'`,
  ]
  for (const text of strays) {
    assert.deepEqual(blamed(habits.straySql(toy({ 'src/engine/a.ts': text }))), ['src/engine/a.ts'], text)
    assert.deepEqual(habits.straySql(toy({ 'src/sql/a.sql.ts': text, 'src/demo/a.ts': text, 'test/a.ts': text })), [])
  }
  const english = [
    `const a = 'Select the policy from the list.'`,
    `const b = 'Create an index on customer_id.'`,
    `const c = 'cannot update the policy, set it again'`,
    '// select a from b\nconst d = `${n} rows deleted from ${table}`',
  ]
  for (const text of english) assert.deepEqual(habits.straySql(toy({ 'src/engine/a.ts': text })), [], text)
  const advice = { 'src/core/hazards/a.ts': 'const hint = `Run alter table ${table} set logged;`' }
  assert.deepEqual(habits.straySql(toy(advice)), [])
  assert.equal(habits.straySql(toy({ 'src/core/a.ts': strays.join('\n') })).length, 1)
  assert.deepEqual(habits.straySql(sources), [])
})

test('no file names a path of one machine', () => {
  const look = (text: string, root = '/clones/of/mine/') => habits.machinePaths([{ path: 'a.md', text }], root).length
  // Put together here, so that this file does not name any.
  for (const home of ['home', 'Users', 'root'])
    assert.equal(look(`see ${['', home, 'someone', 'x'].join('/')}`), 1, home)
  assert.equal(look(['C:', 'Users', 'someone'].join('\\')), 1)
  assert.equal(look('in /clones/of/mine/src'), 1)
  assert.equal(look('in /clones/of/others, /app/src and https://example.com/home/page'), 0)
  assert.equal(look('workdir /app/src', '/app/'), 0)
  const files = paths.map((path) => ({ path, text: readText(path) }))
  assert.deepEqual(habits.machinePaths(files, ROOT), [])
})
