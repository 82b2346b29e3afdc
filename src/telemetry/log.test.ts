import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { NOTHING_SWEPT } from '../core/late.ts'
import type { RunResult } from '../core/run.ts'
import { createLog, logEvents } from './log.ts'

function logged() {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const log = createLog({ level: 'debug', destination })
  return { log, lines, parsed: () => lines.map((line): Record<string, unknown> => JSON.parse(line)) }
}

const RESULT: RunResult = {
  run: 390,
  policy: 'nic-call-center',
  status: 'partial',
  dryRun: false,
  eligible: 71,
  archived: 70,
  failed: 1,
  skipped: 0,
  cutoff: '2026-10-02 00:00:00+00',
  batches: 1,
  related: {},
  skippedBecause: {},
  late: NOTHING_SWEPT,
  durationMs: 400,
  stopReason: 'nothing_eligible',
  error: null,
}

test('an event is one line, in the words of its description, with its figures', () => {
  const { log, parsed } = logged()
  logEvents(log)({ kind: 'run-ended', result: RESULT })
  const [line] = parsed()
  assert.equal(line?.['msg'], 'run 390 ended partial: 70 archived, 1 failed, 0 skipped; nothing eligible is left')
  assert.deepEqual(
    [line?.['level'], line?.['event'], line?.['run'], line?.['archived']],
    ['warn', 'run-ended', 390, 70],
  )
  assert.match(String(line?.['time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('no key of a customer reaches a line', () => {
  const { log, lines } = logged()
  logEvents(log)({ kind: 'subjects-failed', run: 1, code: 'two_owners', count: 1, keys: ['geheim-5521'] })
  assert.equal(lines.length, 1)
  assert.doesNotMatch(lines.join(''), /geheim/)
})

test('secrets and personal data are cut out by name, and an error tells no more than its code', () => {
  const { log, lines, parsed } = logged()
  log.info(
    { password: 'geheim', headers: { authorization: 'geheim' }, row: { email: 'geheim', mobile: 'geheim' } },
    'x',
  )
  const error = Object.assign(new Error('Key (email)=(geheim) already exists'), { code: '23505' })
  log.error({ err: error }, 'y')
  assert.doesNotMatch(lines.join(''), /geheim/)
  assert.deepEqual(parsed()[1]?.['err'], { type: 'Error', code: '23505' })
})
