import { CreateRepositoryCommand, DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { CENTRAL, MEMBER, MORE_REGION, rootOf } from './accounts';
import { Cdk } from './cdk';
import { Clients } from './clients';
import { expectedResources } from './expected';
import { buildImage } from './image';
import { LocalAws } from './local-aws';
import { Registry } from './oci';
import { problemsOf, ReadBack, readBack, readBackTable, sentence } from './read-back';
import { Outcome, Steps } from './steps';
import { Style } from './style';

export const MORE_STEPS = 4;

/** The two repositories that someone made by hand, before there was a template. */
const BY_HAND = ['legacy/api', 'legacy/batch'];
const PLACE = { account: MEMBER, region: MORE_REGION };
const TAG = 'v0.9';

/** What takes longer: many repositories, and those that were there before. */
export class MoreStory {
  private readonly clients: Clients;
  private readonly registry: Registry;

  constructor(aws: LocalAws, private readonly cdk: Cdk, private readonly style: Style) {
    this.clients = new Clients(aws.endpoint);
    this.registry = new Registry(aws.port, PLACE);
  }

  public async tell(steps: Steps): Promise<void> {
    await steps.run('Bootstrap one more Region', () => this.bootstrap());
    await steps.run('Deploy a central registry of 2,000 repositories in 16 nested stacks', () => this.deployMany());
    await steps.run('Deploy it again: nothing may change', () => this.deployManyAgain());
    await steps.run('Adopt repositories made by hand (--import-existing-resources)', () => this.adopt());
  }

  private async bootstrap(): Promise<void> {
    await Promise.all([CENTRAL, MEMBER].map(account => this.cdk.bootstrap(account, [MORE_REGION])));
  }

  private async deployMany(): Promise<Outcome> {
    const { assembly } = await this.cdk.deployMore('many', 'ManyRepositories');
    const resources = await expectedResources(assembly, this.clients, 'ManyRepositories');
    const results = await readBack(resources, this.clients);
    const shards = new Set(resources.map(({ stack }) => stack).filter(stack => stack.includes('/'))).size;
    return {
      text: `      ${resources.filter(({ type }) => type === 'AWS::ECR::Repository').length} repositories in ${shards} nested stacks\n${sentence(results)}`,
      problems: [...problemsOf(results), ...results.length > 2_000 ? [] : [`${results.length} resources were read back, expected more than 2,000`]],
    };
  }

  private async deployManyAgain(): Promise<Outcome> {
    const { output } = await this.cdk.deployMore('many-again', 'ManyRepositories');
    const unchanged = output.includes('(no changes)');
    return { text: unchanged ? '      no changes' : undefined, problems: unchanged ? [] : ["the second 'cdk deploy' changed something, its log is .demo/logs/cdk-deploy-many-again.log"] };
  }

  private async adopt(): Promise<Outcome> {
    const ecr = this.clients.ecr(PLACE);
    for (const repositoryName of BY_HAND) { await ecr.send(new CreateRepositoryCommand({ repositoryName })); }
    const owner = await this.registry.login(this.clients, rootOf(MEMBER));
    const image = buildImage('legacy.txt', 'Here before there was a template.\n');
    const pushed = await owner.push(BY_HAND[0], TAG, image);
    const before = await this.created();

    const imported = await this.compare('import', '--import-existing-resources');
    const changed = await this.compare('adopt', '--context', 'imported=true');
    const after = await this.created();
    const pulled = await owner.pull(BY_HAND[0], TAG);
    return {
      text: `      imported as they were made:\n${sentence(imported)}\n      then changed in a second deployment:\n${readBackTable(changed, this.style)}\n${sentence(changed)}\n`
        + `      ${BY_HAND.join(' and ')} were never replaced; the image that was in ${BY_HAND[0]} is still there\n`
        + '      That an import changes nothing of what it takes in, and takes what has a name of its own, is how we read the guide of CloudFormation',
      problems: [
        ...problemsOf(imported), ...problemsOf(changed),
        ...pushed.status === 201 ? [] : [`the push to ${BY_HAND[0]}: expected 201, the registry answered ${pushed.status} ${pushed.words}`],
        ...pulled.digest === image.manifest.digest ? [] : [`the image ${BY_HAND[0]}:${TAG} can't be pulled any more: ${pulled.status} ${pulled.words}`],
        ...before === after ? [] : [`the repositories were made anew: ${before}, now ${after}`],
      ],
    };
  }

  private async compare(name: string, ...options: readonly string[]): Promise<ReadBack[]> {
    const { assembly } = await this.cdk.deployMore(name, 'AdoptedRegistry', ...options);
    return readBack(await expectedResources(assembly, this.clients, 'AdoptedRegistry'), this.clients);
  }

  /** When each was made: a repository that was replaced was made later. */
  private async created(): Promise<string> {
    const { repositories = [] } = await this.clients.ecr(PLACE).send(new DescribeRepositoriesCommand({ repositoryNames: BY_HAND }));
    return repositories.map(({ repositoryName, createdAt }) => `${repositoryName} ${createdAt?.toISOString()}`).sort().join(', ');
  }
}
