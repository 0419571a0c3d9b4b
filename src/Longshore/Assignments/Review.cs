using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Assignments;

/// <summary>
/// How good a submitted result was. It takes the place of the presumption that what was completed was done well: the
/// first review of an assignment takes that back, and each adds one trial, of which its score went well.
/// </summary>
public sealed record Review
{
    /// <summary>The task.</summary>
    public required long TaskId { get; init; }

    /// <summary>Which grant of it; null: the latest that was submitted.</summary>
    public int? Epoch { get; init; }

    /// <summary>
    /// Who says so: an agent or anybody else, at most <see cref="Limits.WordLengthMax"/> characters. Nobody reviews
    /// work of their own, nor that of an agent of the same principal.
    /// </summary>
    public required string Reviewer { get; init; }

    /// <summary>0, all wrong, to 1, all right.</summary>
    public required double Score { get; init; }

    /// <summary>For people; at most <see cref="Limits.DescriptionLengthMax"/> characters.</summary>
    public string? Comment { get; init; }

    internal Review Checked()
    {
        TaskValidation.Word(Reviewer, "reviewer");
        TaskValidation.Unit(Score, "score");
        TaskValidation.Text(Comment, Limits.DescriptionLengthMax, "comment");
        return this;
    }
}

/// <summary>What became of a review.</summary>
public enum ReviewStatus
{
    /// <summary>It counts.</summary>
    Accepted = 0,

    /// <summary>There is no such task or grant.</summary>
    NotFound = 1,

    /// <summary>Nothing was submitted under that grant.</summary>
    NotSubmitted = 2,

    /// <summary>It is the reviewer's own work, or that of its principal.</summary>
    OwnWork = 3,

    /// <summary>The reviewer, or another of its principal, reviewed it before.</summary>
    AlreadyReviewed = 4,

    /// <summary>It was reviewed by as many as may (<see cref="Limits.ReviewsMax"/>).</summary>
    Full = 5,
}

/// <summary>Answer to a review.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Agent">Whose work it is; null when it was not found.</param>
/// <param name="Epoch">Which grant it is about.</param>
public sealed record ReviewOutcome(ReviewStatus Status, string? Agent = null, int Epoch = 0);

/// <summary>An assignment that somebody wants to review: the rules that all stores share.</summary>
/// <param name="Agent">Whose it is.</param>
/// <param name="Principal">Who stands behind the agent.</param>
/// <param name="Epoch">Which grant.</param>
/// <param name="Status">How it ended.</param>
/// <param name="EndedUs">When.</param>
/// <param name="Reviewers">The keys of those who reviewed it.</param>
internal sealed record ReviewedWork(
    string Agent, string? Principal, int Epoch, AssignmentStatus Status, long EndedUs, IReadOnlyList<string> Reviewers)
{
    /// <summary>Agents of one principal are one reviewer.</summary>
    public static string KeyOf(string reviewer, string? principal) => principal ?? reviewer;

    public ReviewOutcome Judge(string reviewer, string? reviewersPrincipal)
    {
        var key = KeyOf(reviewer, reviewersPrincipal);
        var status = Status != AssignmentStatus.Submitted ? ReviewStatus.NotSubmitted
            : reviewer == Agent || key == KeyOf(Agent, Principal) ? ReviewStatus.OwnWork
            : Reviewers.Contains(key, StringComparer.Ordinal) ? ReviewStatus.AlreadyReviewed
            : Reviewers.Count >= Limits.ReviewsMax ? ReviewStatus.Full
            : ReviewStatus.Accepted;
        return new ReviewOutcome(status, Agent, Epoch);
    }

    /// <summary>One trial; the first review takes back what is left of the one that completing counted.</summary>
    public Lesson LessonOf(double score, IReadOnlyList<Requirement> requires, long nowUs, TimeSpan halfLife)
    {
        var good = Evidence.Millionths(score);
        var presumed = Reviewers.Count == 0 ? Evidence.Faded(Evidence.One, EndedUs, nowUs, halfLife) : 0;
        return new Lesson(requires, good - presumed, Evidence.One - good);
    }
}
