namespace Longshore.Tests;

/// <summary>What a refused input says: the code, the field and the sentence.</summary>
internal static class Refusal
{
    /// <summary>Expects invalid input at <paramref name="field"/> with exactly this message behind the field.</summary>
    public static void ShouldBeRefused(this Action action, string field, string message)
    {
        var error = Should.Throw<LongshoreException>(action);
        error.Code.ShouldBe(ErrorCode.InvalidInput);
        error.Field.ShouldBe(field);
        error.Message.ShouldBe($"{field}: {message}");
    }
}
