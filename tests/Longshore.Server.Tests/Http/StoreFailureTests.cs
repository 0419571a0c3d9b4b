using System.Data.Common;
using System.Text.Json;
using Longshore.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longshore.Server.Tests.Http;

public sealed class StoreFailureTests
{
    [Fact]
    public async Task Database_that_does_not_answer_is_unavailable_for_a_while_and_no_fault_of_the_server()
    {
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        await new Problems(_ => throw new NoAnswer(), NullLogger<Problems>.Instance).InvokeAsync(context);

        context.Response.StatusCode.ShouldBe(503);
        context.Response.Headers.RetryAfter.ToString().ShouldNotBeEmpty();
        context.Response.Body.Position = 0;
        using var problem = await JsonDocument.ParseAsync(
            context.Response.Body, cancellationToken: TestContext.Current.CancellationToken);
        problem.RootElement.GetProperty("code").GetString().ShouldBe("unavailable");
    }

    private sealed class NoAnswer : DbException;
}
