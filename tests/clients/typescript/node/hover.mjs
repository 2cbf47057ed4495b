// What an editor shows over each place that is marked by `/*?*/` in a file: TypeScript's language service says it.
import { readFileSync } from 'node:fs'
import ts from 'typescript'

const [, , file] = process.argv
const options = {
  strict: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022, lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'], types: [], skipLibCheck: true,
}
const host = {
  ...ts.sys,
  useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
  getCompilationSettings: () => options,
  getScriptFileNames: () => [file],
  getScriptVersion: () => '1',
  getScriptSnapshot: (name) => ts.sys.fileExists(name) ? ts.ScriptSnapshot.fromString(readFileSync(name, 'utf8')) : undefined,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
}
const service = ts.createLanguageService(host)
const text = readFileSync(file, 'utf8')
const shown = [...text.matchAll(/\/\*\?\*\//g)].map(({ index }) => {
  const info = service.getQuickInfoAtPosition(file, index + '/*?*/'.length)
  return { shown: ts.displayPartsToString(info?.displayParts), doc: ts.displayPartsToString(info?.documentation) }
})
console.log(JSON.stringify(shown))
