using Longshore.Tasks;

namespace Longshore.Tests.Tasks;

public sealed class WorkTaskTests
{
    [Fact]
    public void Code_is_the_submitters_or_follows_from_the_id()
    {
        WorkTask Of(string? code) => new()
        {
            Id = 17,
            Spec = new NewTask { Kind = "resize", Code = code },
            State = TaskState.Created,
        };

        Of("invoice-7").Code.ShouldBe("invoice-7");
        Of(null).Code.ShouldBe("t-17");
    }

    [Theory]
    [InlineData("t-17", 17L)]
    [InlineData("t-9223372036854775807", long.MaxValue)]
    [InlineData("t-9223372036854775808", null)]
    [InlineData("t-", null)]
    [InlineData("t-+1", null)]
    [InlineData("t- 1", null)]
    [InlineData("x-1", null)]
    public void Id_is_read_from_automatic_codes_only(string code, long? id) =>
        WorkTask.IdFromAutoCode(code).ShouldBe(id);
}
