import { raceMode } from './mode.ts'

raceMode('cascade')
