using Longshore.Tasks;

namespace Longshore.Tests.Tasks;

public sealed class UniqueTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly NewTask Task = new()
    {
        Kind = "build",
        Unique = new Unique(),
        Payload = JsonText.Parse("""{"n": 1.0, "long": "…"}"""),
    };

    [Fact]
    public void Key_is_the_whole_payload_within_kind_and_namespace()
    {
        var digest = Digest(Task);
        digest.Length.ShouldBe(64);
        Digest(Task with { Payload = JsonText.Parse("""{"long":"…","n":1}""") }).ShouldBe(digest);
        Digest(Task with { Priority = 9, Tags = ["x"] }).ShouldBe(digest);
        Digest(Task with { Payload = JsonText.Parse("""{"long":"…","n":2}""") }).ShouldNotBe(digest);
        Digest(Task with { Kind = "test" }).ShouldNotBe(digest);
        Digest(Task with { Namespace = "other" }).ShouldNotBe(digest);
        Digest(Task with { Unique = new Unique { AcrossKinds = true } }).ShouldNotBe(digest);
    }

    [Fact]
    public void Payloads_that_differ_only_far_behind_or_in_case_are_different()
    {
        var text = new string('x', 5000);
        Digest(With($"\"{text}a\"")).ShouldNotBe(Digest(With($"\"{text}b\"")));
        Digest(With("\"straße\"")).ShouldNotBe(Digest(With("\"Straße\"")));
    }

    [Fact]
    public void Key_that_is_given_counts_alone()
    {
        var keyed = Task with { Unique = new Unique { Key = "k" } };
        var digest = Digest(keyed);
        Digest(keyed with { Payload = JsonText.EmptyObject }).ShouldBe(digest);
        Digest(keyed with { Unique = new Unique { Key = "K" } }).ShouldNotBe(digest);
        Digest(keyed with { Kind = "test" }).ShouldNotBe(digest);
        var across = new Unique { Key = "k", AcrossKinds = true };
        Digest(keyed with { Unique = across }).ShouldBe(Digest(keyed with { Kind = "test", Unique = across }));
        Digest(keyed with { Payload = JsonText.Parse("\"k\"") }).ShouldNotBe(Digest(With("\"k\"")));
    }

    [Theory]
    [InlineData("", null, "unique.key")]
    [InlineData(null, 0.0, "unique.window_seconds")]
    [InlineData(null, -1.0, "unique.window_seconds")]
    [InlineData(null, 1e9, "unique.window_seconds")]
    public void Key_and_window_are_checked(string? key, double? seconds, string field)
    {
        var window = seconds is { } given ? TimeSpan.FromSeconds(given) : (TimeSpan?)null;
        var task = Task with { Unique = new Unique { Key = key, Window = window } };
        Should.Throw<LongshoreException>(() => TaskValidation.Checked(task, Now)).Field.ShouldBe(field);
    }

    [Fact]
    public void Words_that_are_none_are_refused()
    {
        Refusal(new Unique { While = (UniqueWhile)7 }).Field.ShouldBe("unique.while");
        Refusal(new Unique { OnConflict = (UniqueConflict)7 }).Field.ShouldBe("unique.on_conflict");
    }

    [Fact]
    public void Task_is_held_unique_while_it_lives_or_its_window_is_open()
    {
        var live = new Unique();
        live.Holds(TaskState.InProgress, 3, 0, 100).ShouldBeTrue();
        live.Holds(TaskState.Done, 3, 0, 100).ShouldBeFalse();
        var unstarted = new Unique { While = UniqueWhile.Unstarted };
        unstarted.Holds(TaskState.Created, 0, 0, 100).ShouldBeTrue();
        unstarted.Holds(TaskState.Created, 1, 0, 100).ShouldBeFalse();
        var window = unstarted with { Window = TimeSpan.FromMicroseconds(50) };
        window.Holds(TaskState.Done, 1, 0, 49).ShouldBeTrue();
        window.Holds(TaskState.Done, 1, 0, 50).ShouldBeFalse();
    }

    private static NewTask With(string payload) => Task with { Payload = JsonText.Parse(payload) };

    private static string Digest(NewTask task) =>
        Convert.ToHexString(UniqueDigest.Of(TaskValidation.Checked(task, Now)));

    private static LongshoreException Refusal(Unique unique) =>
        Should.Throw<LongshoreException>(() => TaskValidation.Checked(Task with { Unique = unique }, Now));
}
