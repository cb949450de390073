import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findJava, type Java } from './java.ts';
import { ensureMavenFolder } from './maven-folder.ts';
import type { Progress } from './part.ts';

/** Kafka and the registry on disk, and the Java that runs them. */
export interface JavaParts {
  readonly java: Java;
  readonly folder: string;
  readonly kafkaVersion: string;
  readonly registryVersion: string;
  readonly kafkaClassPath: string;
  readonly registryClassPath: string;
}

const pom = join(import.meta.dirname, '../../../infra/embedded/pom.xml');

const property = (xml: string, name: string): string => {
  const value = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
  if (value === undefined) throw new Error(`infra/embedded/pom.xml has no ${name}`);
  return value;
};

/** Fetches Kafka and the registry by Maven, once for each content of the pom. */
export const ensureJavaParts = async (onProgress: Progress = () => {}, signal?: AbortSignal): Promise<JavaParts> => {
  const [java, xml] = await Promise.all([findJava(), readFile(pom, 'utf8')]);
  const folder = await ensureMavenFolder(
    { pom, name: 'embedded', what: 'Kafka and the schema registry', megabytes: 180, scrap: ['markers'] },
    onProgress,
    signal,
  );
  const jars = (await readdir(join(folder, 'kafka'))).filter((name) => name.endsWith('.jar')).sort();
  const registryVersion = property(xml, 'registry.version');
  return {
    java,
    folder,
    kafkaVersion: property(xml, 'kafka.version'),
    registryVersion,
    kafkaClassPath: jars.map((name) => join(folder, 'kafka', name)).join(':'),
    registryClassPath: join(folder, 'registry', `apicurio-registry-app-${registryVersion}-runner.jar`),
  };
};
