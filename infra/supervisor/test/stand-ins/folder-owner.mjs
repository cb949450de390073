// Takes the data folder given, says so, and lives on.
import { openDataFolder } from '../../src/data-folder.ts';

await openDataFolder(process.argv[2]);
console.log('taken');
setInterval(() => {}, 1000);
