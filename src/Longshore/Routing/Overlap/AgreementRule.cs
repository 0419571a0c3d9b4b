namespace Longshore.Routing.Overlap;

/// <summary>How votes are weighed.</summary>
internal enum Vote
{
    /// <summary>All alike: the confidence is the part of the answers that agree.</summary>
    Majority,

    /// <summary>
    /// By the chance of each agent to be right: the confidence is the probability of the answer by Bayes' rule, where
    /// who is wrong gives each wrong answer as likely as any other. That adds the logarithms of the odds.
    /// </summary>
    Quality,
}

/// <summary>
/// When several agents' answers are enough: dynamic overlap asks one more until they agree, or until a maximum. Asking
/// for as many as the maximum at once is fixed overlap.
/// </summary>
/// <seealso href="https://toloka.ai/docs/guide/concepts/dynamic-overlap">Toloka's rule, which this computes</seealso>
internal sealed record AgreementRule
{
    // No record makes an agent infallible, or a sure liar.
    private const double QualityMin = 0.01;
    private const double QualityMax = 0.99;

    public Vote Vote { get; init; }

    /// <summary>Answers that are asked for in any case, 1 or more.</summary>
    public int Least { get; init; } = 2;

    /// <summary>Answers after which nobody more is asked, <see cref="Least"/> or more.</summary>
    public int Most { get; init; } = 5;

    /// <summary>The confidence that is enough, 0 to 1.</summary>
    public double Enough { get; init; } = 0.6;

    /// <summary>How many different answers are possible, 2 or more; those that were given count in any case.</summary>
    public int Choices { get; init; } = 2;

    /// <summary>What the answers given so far amount to.</summary>
    public Agreement Judge(IReadOnlyList<Answer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        if (answers.Count == 0)
        {
            return new Agreement(AgreementStatus.AskOneMore, null, 0);
        }

        var values = answers.Select(a => a.Value).Distinct(StringComparer.Ordinal).ToList();
        var weights = Vote == Vote.Majority ? Shares(answers, values) : Probabilities(answers, values);
        var best = 0;
        for (var i = 1; i < weights.Length; i++)
        {
            // Of those that lead alike the one that was given first.
            best = weights[i] > weights[best] ? i : best;
        }

        var isAlone = weights.Count(weight => weight >= weights[best]) == 1;
        var confidence = isAlone ? weights[best] : 0;
        var status = answers.Count >= Least && isAlone && confidence >= Enough ? AgreementStatus.Agreed
            : answers.Count >= Most ? AgreementStatus.Open
            : AgreementStatus.AskOneMore;
        return new Agreement(status, values[best], confidence);
    }

    private static double[] Shares(IReadOnlyList<Answer> answers, List<string> values) =>
        [.. values.Select(value => (double)answers.Count(a => a.Value == value) / answers.Count)];

    private double[] Probabilities(IReadOnlyList<Answer> answers, List<string> values)
    {
        var choices = Math.Max(Math.Max(Choices, values.Count), 2);
        var logs = new double[values.Count];
        var unseen = 0.0;
        foreach (var answer in answers)
        {
            var right = Math.Clamp(answer.Quality, QualityMin, QualityMax);
            var (ifRight, ifWrong) = (Math.Log(right), Math.Log((1 - right) / (choices - 1)));
            unseen += ifWrong;
            for (var i = 0; i < logs.Length; i++)
            {
                logs[i] += values[i] == answer.Value ? ifRight : ifWrong;
            }
        }

        // Against the highest, so that many answers do not underflow.
        var top = Math.Max(logs.Max(), unseen);
        var sum = logs.Sum(log => Math.Exp(log - top)) + ((choices - values.Count) * Math.Exp(unseen - top));
        return [.. logs.Select(log => Math.Exp(log - top) / sum)];
    }
}
