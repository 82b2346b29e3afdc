/**
 * Steps of a batch that need no answer of each other. They are sent at once, in their order, and the server takes one
 * after the other; whoever stands at points in between gets them one by one, or he would find more done than he asked.
 */
import { INERT_SIGNALS, type SignalPoint, type Signals } from '../ports.ts'

/** Takes the next step, which ends at `point`; after one that failed no other is waited for. */
export type Turn = <T>(point: SignalPoint, step: () => Promise<T>) => Promise<T>

export function inTurns(signals: Signals): Turn {
  if (signals === INERT_SIGNALS) return (_point, step) => heard(step())
  let before: Promise<unknown> = Promise.resolve()
  return (point, step) => {
    const answer = before.then(step).then(async (value) => {
      await signals.reached(point)
      return value
    })
    before = answer
    return heard(answer)
  }
}

/** Whoever waits hears of its failure; who left at an earlier one needs not. */
function heard<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined)
  return answer
}
