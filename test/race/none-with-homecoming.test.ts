import { raceMode } from './mode.ts'

raceMode('none, with homecoming')
