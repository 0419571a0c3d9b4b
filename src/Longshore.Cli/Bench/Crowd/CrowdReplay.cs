using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Routing;
using Longshore.Routing.Overlap;
using Longshore.Routing.Strategies;

namespace Longshore.Cli.Bench.Crowd;

/// <summary>
/// Asks the questions once more, in an order of its own: an agent that is given a question answers as it did. Who is
/// asked, what is remembered of agents, and when answers are enough is decided by the product's own code. After each
/// question a reviewer who knows the truth reviews every answer.
/// </summary>
internal sealed class CrowdReplay
{
    private static readonly Requirement[] Requires = [new("answer")];
    private static readonly TimeSpan HalfLife = TimeSpan.FromDays(30);

    private readonly CrowdData _data;
    private readonly AgentBoard _board = new();
    private readonly Dictionary<string, AgentRecord> _records = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _asked = new(StringComparer.Ordinal);
    private readonly IRoutingStrategy _strategy;
    private readonly Random _order;
    private readonly Random _chance;
    private long _nowUs;

    public CrowdReplay(CrowdData data, int seed, RoutingStrategy strategy)
    {
        _data = data;
        _strategy = RoutingStrategies.Of(strategy);
        (_order, _chance) = (new Random(seed), new Random(~seed));
        foreach (var name in data.Agents)
        {
            _records.Add(name, AgentRecord.Empty);
            _board.Put(FactsOf(name));
        }
    }

    /// <summary>Asks every question.</summary>
    /// <param name="ruleOf">When its answers are enough.</param>
    public CrowdResult Run(Func<AgreementRule> ruleOf)
    {
        var questions = _data.Questions.ToArray();
        _order.Shuffle(questions);
        var (right, answers) = (0, 0);
        foreach (var question in questions)
        {
            var (given, agreement) = Ask(question, ruleOf());
            right += agreement.Value == question.Truth ? 1 : 0;
            answers += given.Count;
            given.ForEach(agent => Review(agent, question.Answers[agent] == question.Truth));
        }

        return new CrowdResult((double)right / questions.Length, (double)answers / questions.Length, _asked);
    }

    private (List<string> Agents, Agreement Agreement) Ask(CrowdQuestion question, AgreementRule rule)
    {
        var eligible = _board.AddClass(Requires);
        foreach (var name in question.Answers.Keys)
        {
            eligible.Add(_board.SlotOf(name));
        }

        var (asked, answers) = (new List<string>(), new List<Answer>());
        var refused = new SlotSet(_board.Capacity);
        var cursor = new RouteCursor();
        var agreement = rule.Judge(answers);
        while (agreement.Status == AgreementStatus.AskOneMore)
        {
            var choice = new Choice(_board, eligible, cursor, _chance) { Refused = refused, NowUs = ++_nowUs };
            var slot = Router.Choose(_strategy, choice);
            if (slot < 0)
            {
                break;
            }

            var name = _board[slot].Name!;
            Router.Reserve(choice, slot);
            answers.Add(new Answer(question.Answers[name], choice.PerformanceOf(slot)));
            asked.Add(name);
            refused.Add(slot);
            _asked[name] = _asked.GetValueOrDefault(name) + 1;
            _board.Release(slot, GrantEnd.Returned, _nowUs);
            agreement = rule.Judge(answers);
        }

        _board.RemoveClass(eligible);
        return (asked, agreement);
    }

    private void Review(string name, bool isRight)
    {
        var lesson = new Lesson(Requires, isRight ? Evidence.One : 0, isRight ? 0 : Evidence.One);
        var profile = new AgentRegistration { Name = name, Capabilities = [new Capability(Requires[0].Name)] };
        _records[name] = _records[name].Plus(lesson, profile, _nowUs, HalfLife);
        _board.Put(FactsOf(name));
    }

    private AgentFacts FactsOf(string name) => new() { Name = name, MaxConcurrent = 1, Record = _records[name] };
}

/// <summary>What a replay came to.</summary>
/// <param name="Accuracy">Part of the questions that were answered right in the end.</param>
/// <param name="Answers">Answers for each question, on average.</param>
/// <param name="Asked">How often each agent was asked; who never was is left out.</param>
internal sealed record CrowdResult(double Accuracy, double Answers, IReadOnlyDictionary<string, int> Asked);
