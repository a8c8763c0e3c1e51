using Microsoft.Playwright;
using Stillpoint.Control.Access;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Engine.Capture;
using Stillpoint.Model;
using Stillpoint.Portal.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stillpoint.Portal.Tests.Pages;

[Collection(PortalCollection.Name)]
[Trait("Needs", Needs.Tools)]
public sealed class JobTests(PortalSite site) : IDisposable
{
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously), _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => site.Host?.Engine.Capture = (o, _, _) => Task.FromResult(FakeEngine.Result(o));

    [Fact]
    public async Task List_ByFilters_ShowsWhatFitsAndMore()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/jobs?vm=db-001");
        var rows = visit.Page.Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(50);
        await visit.Button("Show more").ClickAsync();
        await Expect(rows).ToHaveCountAsync(SixtyDays.Days);
        await visit.Page.GetByLabel("State").SelectOptionAsync("failed");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows.GetByText("fs-freeze-lock-held")).ToBeVisibleAsync();
        await visit.Page.GetByLabel("Kind").SelectOptionAsync("restore");
        await Expect(visit.Page.GetByText("Nothing fits these filters.")).ToBeVisibleAsync();
        await visit.Page.GoBackAsync();
    }

    [Fact]
    public async Task Job_ThatRunsAndFails_IsToldLiveWithItsCause()
    {
        await using var visit = await site.VisitAsync();
        site.Host.Engine.Capture = async (order, events, ct) =>
        {
            await _go.Task.WaitAsync(ct);
            events.Publish(new SubTaskStarted(order.Job, TimeProvider.System.GetUtcNow(), SubTask.TakeSnapshot));
            events.Publish(new SubTaskFinished(order.Job, TimeProvider.System.GetUtcNow(), SubTask.TakeSnapshot, null));
            events.Publish(new SubTaskStarted(order.Job, TimeProvider.System.GetUtcNow(), SubTask.TransferDataToVault));
            events.Publish(new Progressed(order.Job, TimeProvider.System.GetUtcNow(), SubTask.TransferDataToVault, 3L << 30, 12L << 30, 1L << 30));
            await _told.Task.WaitAsync(ct);
            var failure = Failure.Of(FailureCode.FsFreezeLockHeld, Stage.Freeze).With(new("qemu-ga", "guest-fsfreeze-status = frozen", TimeProvider.System.GetUtcNow()));
            events.Publish(new SubTaskFinished(order.Job, TimeProvider.System.GetUtcNow(), SubTask.TransferDataToVault, failure));
            throw new FailureException(failure);
        };
        await visit.GoAsync($"/vms/{ManyVms.All[10].Id}");
        await visit.Button("Back up now").ClickAsync();
        var steps = visit.Region("Sub tasks");
        await Expect(steps.GetByText("Take snapshot · not begun")).ToBeVisibleAsync();
        await Expect(steps.GetByText("Transfer data to vault · not begun")).ToBeVisibleAsync();
        _go.SetResult();
        await Expect(steps.GetByText("25%, 3.00 GiB of 12.0 GiB")).ToBeVisibleAsync();
        await Expect(steps.GetByText("Take snapshot · done in")).ToBeVisibleAsync();
        _told.SetResult();
        var details = visit.Region("Job error details");
        await Expect(details.GetByText("The guest was already frozen by somebody else").First).ToBeVisibleAsync();
        await Expect(details.GetByText("guest-fsfreeze-status = frozen").First).ToBeVisibleAsync();
        await Expect(details.GetByRole(AriaRole.Link, new() { Name = "fs-freeze-lock-held" })).ToBeVisibleAsync();
        await Expect(details.GetByText("What to do")).ToBeVisibleAsync();
        await visit.Page.GetByText("What was seen").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Table, new() { Name = "What was seen" }).GetByText("fs-freeze-lock-held")).ToBeVisibleAsync();

        var failed = visit.Page.Url;
        site.Host.Engine.Capture = (o, _, _) => Task.FromResult(FakeEngine.Result(o));
        await visit.Button("Retry").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Status).GetByText("completed", new() { Exact = true })).ToBeVisibleAsync();
        Assert.NotEqual(failed, visit.Page.Url);
    }

    [Fact]
    public async Task Cancel_AfterAQuestion_EndsTheJob()
    {
        await using var visit = await site.VisitAsync(Role.Operator);
        site.Host.Engine.Capture = async (_, _, ct) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            throw new InvalidOperationException();
        };
        await visit.GoAsync($"/vms/{ManyVms.All[20].Id}");
        await visit.Button("Back up now").ClickAsync();
        await visit.Button("Cancel job").ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Alertdialog);
        await Expect(dialog.GetByText("Cancel this job?")).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel job" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Status).GetByText("cancelled", new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Overview_WhileAJobBegins_ShowsItWithoutReloading()
    {
        await using var visit = await site.VisitAsync(Role.Reader);
        await visit.GoAsync("/");
        await Expect(visit.Page.GetByText("No job is running.")).ToBeVisibleAsync();
        site.Host.Engine.Capture = async (o, _, ct) =>
        {
            await _go.Task.WaitAsync(ct);
            return FakeEngine.Result(o);
        };
        await site.Host.Client(Role.Operator).Jobs.BackUpAsync(new(ManyVms.All[30].Name), CancellationToken.None);
        await Expect(visit.Region("Running jobs").GetByText(ManyVms.All[30].Name)).ToBeVisibleAsync();
        _go.SetResult();
        await Expect(visit.Page.GetByText("No job is running.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Job_ThatIsNone_SaysSo()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/jobs/01arz3ndektsv4rrffq69g5fav");
        await Expect(visit.Page.GetByText("job-not-found")).ToBeVisibleAsync();
    }
}
