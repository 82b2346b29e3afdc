/** What makes an erasure safe: holds asked under the locks, others' rows, and what went compared with what was locked. */
import type { Mutant } from './mutant.ts'

const ERASE = 'src/engine/erase/erase.ts'
const PERSON = 'src/engine/erase/person.ts'
const TESTS = 'test/integration/erase.test.ts'
const DEIDENTIFY = 'test/integration/deidentify.test.ts'
const CONCURRENCY = 'test/integration/erase-concurrency.test.ts'

export const ERASURE_MUTANTS: readonly Mutant[] = [
  {
    without: 'the question for holds once a person’s rows are locked',
    patches: [{ file: ERASE, find: '  requireNone(await obstaclesTo(session, policy, person))\n', put: '' }],
    killedBy: {
      file: CONCURRENCY,
      tests: ['a hold that is set before his rows are locked wins: nothing of him is gone'],
    },
  },
  {
    without: 'the archive that is looked at before the active tables',
    patches: [
      {
        file: PERSON,
        find: '    const away = twin === undefined ? EMPTY_KEYS : await gather(each, twin.twin.name, true)\n',
        put: '    const first = await gather(each, each.shape.name, false)\n    const away = twin === undefined ? EMPTY_KEYS : await gather(each, twin.twin.name, true)\n',
      },
      {
        file: PERSON,
        find: '    const here = await gather(each, each.shape.name, false)\n',
        put: '    const here = first\n',
      },
    ],
    killedBy: {
      file: CONCURRENCY,
      tests: ['who is brought home while an erasure begins is waited for and judged at home'],
    },
  },
  {
    without: 'the look for rows that are another’s as well',
    patches: [{ file: PERSON, find: 'if (Number(row.shared) > 0) ', put: 'if (Number(row.shared) < 0) ' }],
    killedBy: {
      file: TESTS,
      tests: [
        'a row that is another’s as well keeps both, on whichever side the other’s part is; one that hangs on nothing does not',
      ],
    },
  },
  {
    without: 'the comparison of what went with what was locked',
    patches: [{ file: 'src/engine/erase/reach.ts', find: 'if (rows !== locked) ', put: 'if (rows < 0) ' }],
    killedBy: { file: TESTS, tests: ['a trigger that keeps a row makes the erasure fail as a whole'] },
  },
  {
    without: 'the hash of what a de-identified row was',
    patches: [
      {
        file: 'src/engine/erase/places/redacted-archive.ts',
        find: '      await session.execute(departInPlaceSql(each, { rows, sealed, run: erasing.run }))\n',
        put: '      void [departInPlaceSql, sealed]\n',
      },
    ],
    killedBy: {
      file: DEIDENTIFY,
      tests: [
        'a de-identified person keeps every row and every other value; nothing names him, nobody else is touched, all is proven',
      ],
    },
  },
  {
    without: 'the look at what triggers made of replaced values',
    patches: [
      {
        file: 'src/engine/erase/places/redacted-active.ts',
        find: 'rows: Number(count) })\n    }',
        put: 'rows: Number(count) * 0 + rows.count })\n    }',
      },
    ],
    killedBy: {
      file: DEIDENTIFY,
      tests: ['a trigger that keeps or puts back a value makes the de-identification fail as a whole'],
    },
  },
  {
    without: 'the refusal to leave a contact by which people are searched',
    patches: [
      {
        file: 'src/core/identifying.ts',
        within: 'unnamedContacts',
        find: '!Object.hasOwn(named, name) && ',
        put: 'Object.hasOwn(named, name) && named[name] === undefined && ',
      },
    ],
    killedBy: {
      file: DEIDENTIFY,
      tests: [
        'a reference, a table of nobody, no column at all, and a contact that is searched and not named are refused',
      ],
    },
  },
]
