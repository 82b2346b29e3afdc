/** Which faults an episode gets: a deck with so many cards of each kind, shuffled by the seed and dealt out. */
import { BACKEND_FAULTS } from './faults/backend.ts'
import { CONNECTION_FAULTS } from './faults/connection.ts'
import { PROCESS_FAULTS } from './faults/process.ts'
import { SCHEMA_FAULTS } from './faults/schema.ts'
import { SERVER_FAULTS } from './faults/server.ts'
import type { Random } from './random.ts'
import type { Fault } from './stage.ts'

/** A crash of the server costs a second and more, a killed process half of one, the others next to nothing. */
const CARDS: readonly Readonly<{ fault: Fault; cards: number }>[] = [
  { fault: PROCESS_FAULTS.killed, cards: 12 },
  { fault: PROCESS_FAULTS.killedInFlight, cards: 6 },
  { fault: PROCESS_FAULTS.stopped, cards: 8 },
  { fault: BACKEND_FAULTS.terminated, cards: 18 },
  { fault: BACKEND_FAULTS.cancelled, cards: 18 },
  { fault: BACKEND_FAULTS.killed, cards: 3 },
  { fault: SERVER_FAULTS.stopped, cards: 3 },
  { fault: SERVER_FAULTS.killed, cards: 3 },
  { fault: CONNECTION_FAULTS.midway, cards: 12 },
  { fault: CONNECTION_FAULTS.beforeCommit, cards: 12 },
  { fault: CONNECTION_FAULTS.beforeReply, cards: 12 },
  ...SCHEMA_FAULTS.map((fault) => ({ fault, cards: 2 })),
]

export const DECK: readonly Fault[] = CARDS.flatMap(({ fault, cards }) => Array.from({ length: cards }, () => fault))

/** So many hands of `size` cards as make `count` faults, from as many decks as that takes. */
export function deal(random: Random, count: number, size: number): readonly (readonly Fault[])[] {
  const dealt: Fault[] = []
  while (dealt.length < count) dealt.push(...random.shuffled(DECK))
  const hands = Math.ceil(count / size)
  return Array.from({ length: hands }, (_each, at) => dealt.slice(0, count).slice(at * size, (at + 1) * size))
}
