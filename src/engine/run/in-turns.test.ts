import assert from 'node:assert/strict'
import { test } from 'node:test'
import { INERT_SIGNALS, type SignalPoint, type Signals } from '../ports.ts'
import { inTurns } from './in-turns.ts'

/** Steps that are answered when the test says so, and a list of what happened. */
function scene() {
  const told: string[] = []
  const signals: Signals = { reached: async (point: SignalPoint) => void told.push(point) }
  const step = (name: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const send = () => {
      told.push(`${name} sent`)
      return promise
    }
    return { send, answer: () => resolve(name), fail: () => reject(new Error(name)) }
  }
  return { told, signals, step }
}

/** Longer than any chain of promises that is not waiting for an answer. */
const rest = () => new Promise((resolve) => setImmediate(resolve))

test('where nobody stands in between, steps are sent at once and answered in any order', async () => {
  const { told, step } = scene()
  const [lock, copy] = [step('lock'), step('copy')]
  const turn = inTurns(INERT_SIGNALS)
  const answers = [turn('level-locked', lock.send), turn('related-copied', copy.send)]
  assert.deepEqual(told, ['lock sent', 'copy sent'])
  copy.answer()
  lock.answer()
  assert.deepEqual(await Promise.all(answers), ['lock', 'copy'])
})

test('who stands at points gets each step after the point of the one before it', async () => {
  const { told, signals, step } = scene()
  const [lock, copy] = [step('lock'), step('copy')]
  const turn = inTurns(signals)
  const answers = [turn('level-locked', lock.send), turn('related-copied', copy.send)]
  await rest()
  assert.deepEqual(told, ['lock sent'])
  lock.answer()
  copy.answer()
  assert.deepEqual(await Promise.all(answers), ['lock', 'copy'])
  assert.deepEqual(told, ['lock sent', 'level-locked', 'copy sent', 'related-copied'])
})

test('after a step that failed, who stands at points sends no other', async () => {
  const { told, signals, step } = scene()
  const [lock, copy] = [step('lock'), step('copy')]
  const turn = inTurns(signals)
  const answers = [turn('level-locked', lock.send), turn('related-copied', copy.send)]
  lock.fail()
  await assert.rejects(Promise.all(answers), { message: 'lock' })
  await rest()
  assert.deepEqual(told, ['lock sent'])
})

test('a step that fails after its reader has left ends no process', async (t) => {
  const unheard = t.mock.fn()
  process.on('unhandledRejection', unheard)
  t.after(() => process.off('unhandledRejection', unheard))
  const { step, signals } = scene()
  for (const who of [INERT_SIGNALS, signals]) {
    const turn = inTurns(who)
    const [lock, copy] = [step('lock'), step('copy')]
    const locking = turn('level-locked', lock.send)
    turn('related-copied', copy.send)
    lock.fail()
    // Where somebody stands in between, it was never sent.
    if (who === INERT_SIGNALS) copy.fail()
    await assert.rejects(locking, { message: 'lock' })
  }
  await rest()
  assert.equal(unheard.mock.callCount(), 0)
})
