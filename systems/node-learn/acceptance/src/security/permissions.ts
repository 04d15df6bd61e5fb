// Who may call what: every endpoint of every service times every kind of caller, through the gateway and directly; and what nobody outside may reach.
import { type AcceptanceTarget, checkEqual, checkThat, type Scenario } from '@banyan/proof';
import { callersOfServices } from '@banyan/proof/callers';
import { type EndpointContract, findHoles, internalCells, publicCells } from '@banyan/proof/permission-matrix';
import { endpoints, endpointsByService, internalEndpointsByService } from '@node-learn/contracts';
import { clientsOf, everybody, goodTokens, guestId, knownUsers, secretsOf, serviceNames, type Surroundings } from './surroundings.ts';

const example = {
  questionType: 'text_input',
  practical: false,
  question: '<p>Matrix</p>',
  difficulty: 'easy',
  topic: 'Example',
  isActive: false,
};

export function permissions(surroundings: Surroundings): Scenario[] {
  const { services } = surroundings;
  const urls = (of: 'url' | 'internalUrl') => Object.fromEntries(serviceNames.map((name) => [name, services[name][of]]));
  return [
    {
      id: 'S1',
      title: 'every endpoint is for those its contract names and for nobody else, through the gateway and directly',
      run: async (target) => {
        const callers = await everybody(target, surroundings);
        const clients = clientsOf(target, urls('url'));
        const { admin: token } = await goodTokens(target, surroundings);
        const question = async () => {
          const made = await target.client.post('/api/admin/questions', example, { token });
          checkEqual(made.status, 201, `a question to remove: ${made.text}`);
          return { id: String((made.json() as { id: number }).id) };
        };
        const cells = publicCells({
          endpoints,
          callers,
          flags: target.flags,
          guestId,
          userId: (await knownUsers(target)).user,
          ways: { 'through the gateway': () => target.client, directly: (endpoint) => clients[serviceOf(endpoint)] ?? target.client },
          fresh: { 'admin.delete-question': question, 'admin.update-question': question },
        });
        checkThat(cells.length >= endpoints.length * callers.length * 2, 'there is a cell for each', cells.length);
        // With nothing closed there would be nothing to see.
        checkThat(cells.filter(({ expected }) => expected === 'refused').length > 100, 'many cells are refusals');
        expectNone(await findHoles(cells), 'holes');
        await removeExamples(target, token);
      },
    },
    {
      id: 'S2',
      title: 'what services answer each other is for those its contract names',
      run: async (target) => {
        const clients = clientsOf(target, urls('internalUrl'));
        const users = await knownUsers(target);
        const cells = serviceNames.flatMap((name) => {
          const callers = callersOfServices(secretsOf(target, surroundings), users, serviceNames, name);
          return internalCells(internalEndpointsByService[name], callers, clients[name]!);
        });
        checkThat(cells.length > 300, 'cells', cells.length);
        expectNone(await findHoles(cells), 'holes');
      },
    },
    {
      id: 'S3',
      title: 'what is inside is on no port that clients reach, whatever they show, and on internal ports there is nothing for clients',
      run: async (target) => {
        const callers = serviceNames.flatMap((name) =>
          callersOfServices(secretsOf(target, surroundings), { user: 2, otherUser: 3, admin: 4 }, [name], 'question'),
        );
        const headers = callers.map(({ authorization }) => authorization).filter((header) => header !== undefined);
        const doors = { gateway: target.client, ...clientsOf(target, urls('url')) };
        const paths = [
          ...Object.values(internalEndpointsByService)
            .flat()
            .map(({ path }) => path.replaceAll(/:\w+/g, '1')),
          '/health/live',
          '/health/ready',
          '/metrics',
        ];
        const found: string[] = [];
        for (const [name, door] of Object.entries(doors))
          for (const [at, path] of paths.entries()) {
            const authorization = headers[at % headers.length] ?? '';
            const { status } = await door.get(path, { headers: { authorization } });
            if (status !== 404) found.push(`${name} answers ${status} to ${path}`);
          }
        for (const [name, inside] of Object.entries(clientsOf(target, urls('internalUrl'))))
          for (const { method, path } of endpoints) {
            const { status } = await inside.request(method, path.replaceAll(/:\w+/g, '1'));
            if (status !== 404) found.push(`the internal port of ${name} answers ${status} to ${method} ${path}`);
          }
        expectNone(found, 'open doors');
      },
    },
  ];
}

function expectNone(lines: readonly string[], what: string): void {
  checkThat(lines.length === 0, `no ${what}`, lines);
}

function serviceOf(endpoint: EndpointContract): string {
  return serviceNames.find((name) => (endpointsByService[name] as readonly EndpointContract[]).includes(endpoint)) ?? '';
}

async function removeExamples(target: AcceptanceTarget, token: string): Promise<void> {
  const bank = (await target.client.get('/api/admin/questions', { token })).json() as { id: number; topic: string }[];
  for (const { id } of bank.filter(({ topic }) => topic === example.topic))
    await target.client.request('DELETE', `/api/admin/questions/${id}`, { token });
}
