/** How Node-Learn is taken apart, in order; README.md tells why in this order. */

import { defineMigration, extraction, reads, writes } from '@banyan/migration';
import { eventsOfBadges, eventsOfQuestions, eventsOfUsers } from './row-events.ts';

export default defineMigration({
  system: 'node-learn',
  extractions: [
    // Identity first: one small table that many read. The callback is never shadowed, because a sign-in code works once.
    extraction('auth', {
      service: 'auth',
      routes: [
        { method: 'GET', path: '/api/auth/google', effect: reads() },
        {
          method: 'GET',
          path: '/api/auth/google/callback',
          effect: writes('public.users'),
          issuesToken: { from: 'location', parameter: 'token' },
          noRehearsal: 'a sign-in code works once, and the live monolith has used it',
        },
        { method: 'GET', path: '/api/auth/profile', effect: reads() },
      ],
      tables: [{ source: 'public.users', target: 'public.users' }],
      events: eventsOfUsers,
      gates: { shadowCompared: 50, canaryRequests: 20, ownerRequests: 200 },
      readByMonolith: [
        { what: 'results refer to users by a foreign key', by: 'quiz' },
        { what: 'badges refer to users by a foreign key', by: 'achievement' },
        { what: 'boards refer to users by a foreign key', by: 'leaderboard' },
      ],
    }),
    // Reads only: administrators go on writing the bank in the monolith, so this stays at full canary until their routes move, and the tables with them.
    extraction('question', {
      service: 'question',
      routes: [
        {
          method: 'GET',
          path: '/api/questions',
          effect: reads('public.questions', 'public.choices'),
          compare: { anyOrder: true, draws: ['choices'] },
        },
        { method: 'GET', path: '/api/questions/random', effect: reads('public.questions'), compare: { drawnFrom: '/api/questions' } },
        {
          method: 'GET',
          path: '/api/questions/:id',
          effect: reads('public.questions', 'public.choices'),
          compare: { draws: ['choices'] },
        },
      ],
      tables: [
        { source: 'public.questions', target: 'public.questions' },
        { source: 'public.choices', target: 'public.choices' },
      ],
      events: eventsOfQuestions,
      gates: { shadowCompared: 200, canaryRequests: 20, ownerRequests: 200 },
      readByMonolith: [
        { what: 'results refer to questions by a foreign key', by: 'quiz' },
        { what: 'badges count them', by: 'achievement' },
      ],
    }),
    // Badges stay with the monolith for one more step, so an answer flows back before the monolith is asked for them.
    extraction('quiz', {
      service: 'quiz',
      after: [
        { extraction: 'auth', atLeast: 'replicating' },
        { extraction: 'question', atLeast: 'canary' },
      ],
      routes: [
        {
          method: 'POST',
          path: '/api/stats/record',
          effect: writes('public.user_question_stats'),
          compare: { announces: { field: 'awardedAchievements', to: 'userId' } },
        },
        { method: 'GET', path: '/api/stats/user/:userId', effect: reads('public.user_question_stats', 'public.questions') },
        { method: 'GET', path: '/api/stats/user/:userId/wrong-questions', effect: reads('public.user_question_stats') },
        { method: 'GET', path: '/api/answers/:questionId', effect: reads('public.questions', 'public.choices') },
        { method: 'GET', path: '/api/quiz/modes', effect: reads('public.quiz_modes') },
      ],
      tables: [
        { source: 'public.user_question_stats', target: 'public.user_question_stats' },
        { source: 'public.quiz_modes', target: 'public.quiz_modes' },
      ],
      tells: ['quiz', 'maintenance'],
      pendingWork: ['public.unchecked_answers'],
      gates: { shadowCompared: 100, canaryRequests: 20, ownerRequests: 200 },
      readByMonolith: [
        { what: 'badges and their progress count results', by: 'achievement' },
        { what: 'boards refer to quiz modes by a foreign key', by: 'leaderboard' },
      ],
    }),
    // Badges follow from answers. Quiz tells those, and waits for what follows, from the moment on in which badges are no longer the monolith's.
    extraction('achievement', {
      service: 'achievement',
      after: ['quiz'],
      routes: [
        { method: 'GET', path: '/api/achievements', effect: reads('public.achievements') },
        { method: 'GET', path: '/api/achievements/guest-id', effect: reads('public.users') },
        {
          method: 'GET',
          path: '/api/achievements/user/:userId',
          effect: reads('public.achievements', 'public.user_achievements', 'public.user_question_stats', 'public.questions'),
        },
        {
          method: 'POST',
          path: '/api/achievements/check',
          effect: writes('public.user_achievements'),
          compare: { announces: { field: 'awardedAchievements', to: 'userId' } },
        },
      ],
      tables: [
        { source: 'public.achievements', target: 'public.achievements' },
        { source: 'public.user_achievements', target: 'public.user_achievements' },
      ],
      events: eventsOfBadges,
      tells: ['achievement', 'quiz', 'maintenance'],
      gates: { shadowCompared: 100, canaryRequests: 20, ownerRequests: 200 },
    }),
    // Boards follow the runs that browsers post. Writes are rehearsed one after another, so the monolith does not lose rows there as it does when they
    // cross (D8), and the times of places are its own noise; of full ties it promises no order. Its rows do not tell which place has changed, because
    // it writes all six anew for each run: leaderboard.entry.updated begins with the cutover.
    extraction('leaderboard', {
      service: 'leaderboard',
      after: ['quiz'],
      routes: [
        {
          method: 'POST',
          path: '/api/leaderboard/update',
          effect: writes('public.leaderboards'),
          // Of a run of somebody unknown the monolith would leave a board with one place too few.
          compare: { about: { field: 'userId', table: 'public.users', column: 'id' } },
        },
        {
          method: 'GET',
          path: '/api/leaderboard/mode/:modeId',
          effect: reads('public.leaderboards', 'public.users'),
          compare: { invented: { where: { user_id: 0 }, fields: ['username', 'achieved_at'] } },
        },
      ],
      tables: [
        {
          source: 'public.leaderboards',
          target: 'public.leaderboards',
          ranked: { place: 'position', by: ['quiz_mode_id', 'correct_answers', 'streak'] },
        },
      ],
      tells: ['leaderboard', 'maintenance'],
      gates: { shadowCompared: 100, canaryRequests: 20, ownerRequests: 200 },
    }),
    // Its service owns nothing: it has the question service write the bank, whose tables change owner in this step.
    extraction('admin', {
      service: 'admin',
      after: [
        { extraction: 'auth', atLeast: 'replicating' },
        { extraction: 'question', atLeast: 'canary' },
      ],
      cutsOver: 'question',
      // A share of one or two administrators is nobody.
      canaryShares: [100],
      routes: [
        { method: 'GET', path: '/api/admin/questions', effect: reads('public.questions', 'public.choices') },
        // The monolith writes a question and its choices in two transactions, and what fails between them stays half done.
        {
          method: 'POST',
          path: '/api/admin/questions',
          effect: writes('public.questions', 'public.choices'),
          compare: { tellsOnce: true },
        },
        { method: 'PUT', path: '/api/admin/questions/:id', effect: writes('public.questions', 'public.choices') },
        { method: 'DELETE', path: '/api/admin/questions/:id', effect: writes('public.questions', 'public.choices') },
        { method: 'GET', path: '/api/admin/users', effect: reads('public.users') },
      ],
      gates: { shadowCompared: 20, canaryRequests: 10, writesReplayed: 10, ownerRequests: 100 },
    }),
    // No routes and no tables: since quiz owns the results its program has told everybody of the guest's reset. As owner nothing of the reset is
    // left to the monolith, whose own job the fences refuse.
    extraction('maintenance', { service: 'maintenance', after: ['quiz', 'achievement'], gates: { ownerRequests: 0 } }),
    // The greeting that probes ask for, the documentation, and the answers to what nobody knows: with them nothing reaches the monolith any more.
    extraction('rest', {
      service: 'maintenance',
      after: ['auth', 'quiz', 'achievement', 'leaderboard', 'admin', 'maintenance'],
      canaryShares: [100],
      routes: [
        { method: 'GET', path: '/api', effect: reads() },
        { method: 'GET', path: '/api/docs', effect: reads() },
        { method: 'GET', path: '/api/docs-json', effect: reads() },
        { method: 'GET', path: '/api/docs-yaml', effect: reads() },
        { method: '*', path: '/*', effect: reads() },
      ],
      gates: { shadowCompared: 10, canaryRequests: 5, ownerRequests: 10 },
    }),
  ],
});
