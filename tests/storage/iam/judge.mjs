// Reads a JSON list of simulations of @cloud-copilot/iam-simulate, prints the list of verdicts.
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const asked = JSON.parse(readFileSync(0, 'utf8'))
const told = []
for (const simulation of asked) {
  const answer = await runSimulation(simulation, {})
  told.push(answer.resultType === 'error' ? { error: JSON.stringify(answer.errors) } : answer.overallResult ? { result: answer.overallResult } : answer)
}
console.log(JSON.stringify(told))
