/** docs/reference/errors.md and exit-codes.md: from the one error table, with the facts' names in their places. */

import type { Facts } from '../../src/core/errors/error.ts'
import { ERRORS, type ErrorCode, EXIT } from '../../src/core/errors/index.ts'
import { ERROR_WORDS, FAILURE_WORDS } from './error-words.ts'
import { EXIT_WORDS } from './exit-words.ts'
import { head, page, paragraph, table } from './markdown.ts'

const codes = Object.keys(ERRORS).toSorted() as readonly ErrorCode[]

/** Every fact is its own name: `<table>`. */
const placeholders: Facts = new Proxy({}, { get: (_facts, name) => `<${String(name)}>` })

export const errorsPage = (): string =>
  page(
    head('Errors', INTRODUCTION),
    ...codes.map((code) => {
      const { message, hint, exit, http } = ERRORS[code]
      const sentence = message(placeholders).replaceAll(/(\S)\n/g, '$1 ')
      return [
        `## ${code}`,
        '',
        '```text',
        `error: ${sentence}`,
        `hint: ${hint(placeholders)}`,
        '```',
        '',
        paragraph(`Exit ${exit} · HTTP ${http} · ${ERROR_WORDS[code]}`),
      ].join('\n')
    }),
    '# Codes of failures',
    [
      'A subject that could not move has a code in `mothball failures`. Besides `statement_failed` and `sides_differ`, which',
      'stand above:',
    ].join('\n'),
    table(
      ['Code', 'Meaning'],
      Object.entries(FAILURE_WORDS).map(([code, words]) => [`\`${code}\``, words]),
    ),
  )

const INTRODUCTION = [
  'An error is a code, a sentence and a hint. The command line writes both to stderr, `error: ...` and `hint: ...`; with',
  '`--json` the last line of stdout is `{"type":"error","version":1,"code","message","hint"}`. Match the code, never the',
  "sentence. `<name>` stands for a fact. No sentence holds a customer's data: of what PostgreSQL says only SQLSTATE and the",
  'names of objects come through. The HTTP API answers with the same code as problem+json: [http-api.md](http-api.md).',
  '',
  'What a plan refuses or warns of has codes of its own: [findings.md](findings.md).',
]

export const exitCodesPage = (): string =>
  page(
    head('Exit codes', [
      'What a command returns to its shell. `0` means that what was asked for is done, or that there was nothing to do.',
    ]),
    table(
      ['Code', 'Name', 'Meaning', 'Errors'],
      Object.entries(EXIT).map(([name, exit]) => [
        `\`${exit}\``,
        name,
        EXIT_WORDS[exit],
        codes
          .filter((code) => ERRORS[code].exit === exit)
          .map((code) => `[${code}](errors.md#${code})`)
          .join(', '),
      ]),
    ),
    'A command that is killed by a signal it does not catch returns what the shell makes of that: 137 for `kill -9`.',
  )
