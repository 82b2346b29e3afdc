import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { commandsOf, readProgram } from '../scripts/docs/command-line.ts'
import { generatedPages } from '../scripts/docs/generated.ts'
import { ARCHIVE_COLUMNS } from '../src/core/archive-columns.ts'
import { ERRORS, EXIT } from '../src/core/errors/index.ts'
import { LOG_COLUMNS } from '../src/core/log-columns.ts'
import { policySchema } from '../src/core/policy-schema.ts'
import { STOP_REASONS } from '../src/core/run.ts'
import { parseDocument } from '../src/presets/document.ts'
import { commandProblem, commandsIn } from './docs/commands.ts'
import { anchorsOf, blocksOf, deadLinks, inlineCodeOf, isThere, longLines, readPages } from './docs/pages.ts'

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url))
const pages = readPages()
const program = readProgram()

function page(path: string): string {
  const found = pages.find((each) => each.path === path)
  assert.ok(found, `${path} is there`)
  return found.text
}

/** Of `names`, those that the page does not name between backticks. */
const unnamed = (path: string, names: Iterable<string>): readonly string[] => {
  const named = new Set(inlineCodeOf({ text: page(path) }))
  return [...new Set(names)].filter((name) => !named.has(name))
}

/** Every source file but tests, as one text each. */
const sources = (folder: string): readonly string[] =>
  readdirSync(`${SOURCE}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|sql)$/.test(path) && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(`${SOURCE}${folder}/${path}`, 'utf8'))

const matchesIn = (texts: readonly string[], pattern: RegExp): readonly string[] =>
  texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name))

test('the generated pages are as the program is: npm run docs', () => {
  for (const [path, text] of generatedPages()) assert.equal(page(`docs/${path}`), text, `docs/${path} is stale`)
})

test('no link leads nowhere', () => {
  assert.deepEqual(deadLinks(pages, isThere), [])
})

test('every error code has its section, and every exit code its line', () => {
  const sections = anchorsOf({ text: page('docs/reference/errors.md') })
  assert.deepEqual(
    Object.keys(ERRORS).filter((code) => !sections.includes(code)),
    [],
  )
  assert.deepEqual(unnamed('docs/reference/exit-codes.md', Object.values(EXIT).map(String)), [])
})

test('every field of a policy is documented', () => {
  assert.deepEqual(unnamed('docs/reference/configuration.md', Object.keys(policySchema.shape)), [])
})

test('every command, argument and flag is documented', () => {
  const path = 'docs/reference/command-line.md'
  const sections = anchorsOf({ text: page(path) })
  for (const { words, command } of commandsOf(program)) {
    assert.ok(sections.includes(`mothball-${words.replaceAll(' ', '-')}`), `mothball ${words} has a section`)
    assert.deepEqual(
      unnamed(
        path,
        command.options.map(({ flags }) => flags),
      ),
      [],
    )
  }
})

test('every finding and every code of a failure is documented', () => {
  const literal = /(?:\bcode: |\bobstacle\(\s*|\bfinding\(\s*)'([a-z]+_?[a-z_]*)'/g
  const found = matchesIn([...sources('core'), ...sources('engine'), ...sources('db')], literal)
  const others = ['age_missing', 'age_infinite', 'age_future', 'not_migrated']
  const documented = [...inlineCodeOf({ text: page('docs/reference/findings.md') }), ...Object.keys(ERRORS)]
  const ofFailures = inlineCodeOf({ text: page('docs/reference/errors.md') })
  assert.ok(found.length > 50)
  assert.deepEqual(
    [...new Set([...found, ...others])].filter((code) => ![...documented, ...ofFailures, 'custom'].includes(code)),
    [],
  )
})

test('every table and column of the journal is documented', () => {
  const text = sources('sql/migrations').join('\n')
  const sections = anchorsOf({ text: page('docs/reference/journal.md') })
  const tables = [...text.matchAll(/create table (?:if not exists )?mothball\.(\w+) \(([\s\S]*?)\n\);/g)]
  assert.ok(tables.length > 10)
  for (const [, name = '', body = ''] of tables) {
    assert.ok(sections.includes(`mothball${name}`), `mothball.${name} has a section`)
    const columns = matchesIn([body], /^ {2}([a-z_]+) (?!key\b|\()/gm).filter((column) => column !== 'unique')
    assert.deepEqual(unnamed('docs/reference/journal.md', columns), [])
  }
  assert.deepEqual(unnamed('docs/reference/journal.md', ARCHIVE_COLUMNS), [])
})

test('every column of the log, and every reason to stop, is documented', () => {
  const path = 'docs/reference/log-table.md'
  const columns = LOG_COLUMNS.map(({ name }) => name)
  assert.deepEqual(unnamed(path, [...columns, ...Object.keys(STOP_REASONS)]), [])
})

test('every type of JSON line and every event is documented', () => {
  const path = 'docs/reference/json-output.md'
  const types = matchesIn(sources('cli'), /\btype: '([a-z]+)'/g)
  const kinds = matchesIn(sources('core'), /Readonly<\{ kind: '([a-z-]+)'; (?:run|result)/g)
  const sections = anchorsOf({ text: page(path) })
  assert.ok(types.length > 10 && kinds.length > 5)
  assert.deepEqual(unnamed(path, [...types.filter((type) => !sections.includes(type)), ...kinds]), [])
})

test('every command that the documentation tells is one that the program takes', () => {
  const problems = pages.flatMap((each) =>
    commandsIn(each).flatMap((line) => {
      const problem = commandProblem(program, line)
      return problem === null ? [] : [`${each.path}: mothball ${line}: ${problem}`]
    }),
  )
  assert.deepEqual(problems, [])
})

test('every configuration that the documentation shows is valid', () => {
  const shown = pages
    .flatMap((each) => blocksOf(each).map(({ language, text }) => ({ path: each.path, language, text })))
    .filter(({ language, text }) => language === 'yaml' && text.includes('policies:'))
  assert.ok(shown.length > 4)
  for (const { path, text } of shown) {
    const document: unknown = parse(
      text.replaceAll(/\$\{(\w+)\}/g, (_whole, name) =>
        /WEBHOOK|WORKFLOW/.test(name) ? 'https://hooks.example.com/x' : 'postgresql://localhost/x',
      ),
    )
    assert.ok(!Array.isArray(parseDocument(document)), `${path}: ${JSON.stringify(parseDocument(document))}`)
  }
})

test('every test file that the guarantees name is there', () => {
  const named = inlineCodeOf({ text: page('docs/guarantees.md') }).filter((code) => code.endsWith('.test.ts'))
  assert.ok(named.length > 20)
  assert.deepEqual(
    named.filter((name) => !isThere(name.startsWith('src/') ? name : `test/${name}`)),
    [],
  )
})

test('lines of prose have at most 120 columns', () => {
  assert.deepEqual(
    pages
      .filter(({ path }) => path !== 'README.md' && !path.startsWith('docs/adr/'))
      .flatMap((each) => longLines(each, 120)),
    [],
  )
})

test('a dead link, a dead anchor and a good one are told apart', () => {
  const toy = [
    {
      path: 'docs/a.md',
      text: '# A\n[b](b.md) [c](c.md) [h](b.md#here-it-is) [n](b.md#nowhere) [w](https://example.com)',
    },
    { path: 'docs/b.md', text: '## Here: it is!\n```sh\n[x](y.md)\n```' },
  ]
  const exists = (path: string) => toy.some((each) => each.path === path)
  assert.deepEqual(deadLinks(toy, exists), ['docs/a.md -> c.md', 'docs/a.md -> b.md#nowhere'])
})

test('a command that does not exist, and a flag that it lacks, are seen', () => {
  const toy = {
    text: 'Type `mothball plan --jsn`.\n```sh\nnpx mothball rum --yes\n$ mothball run --confirm=3   # yes\n```\n',
  }
  assert.deepEqual(commandsIn(toy), ['rum --yes', 'run --confirm=3', 'plan --jsn'])
  assert.deepEqual(
    commandsIn(toy).map((line) => commandProblem(program, line)),
    ['no command rum', null, 'mothball plan has no --jsn'],
  )
})
