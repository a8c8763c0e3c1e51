using System.Net;
using System.Text.Json;
using Stillpoint.Fabric.Goals;
using Stillpoint.Fabric.Hosting;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Fabric.Tests.Goals;

public sealed class GoalStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Goal_OnceTold_IsThereAfterARestart()
    {
        Goal told;
        using (var state = new StateFolder(_folder.Path)) told = new GoalStore(state, TimeProvider.System).Put(Samples.Vm, Samples.Request());
        using var again = new StateFolder(_folder.Path);
        var store = new GoalStore(again, TimeProvider.System);
        Assert.Equal(JsonSerializer.Serialize(told), JsonSerializer.Serialize(store.Find(Samples.Vm)));
        Assert.Equal(Samples.Vm, store.Find(IPAddress.Parse("10.0.0.1")));
        Assert.Null(store.Find(IPAddress.Parse("10.0.0.2")));
    }

    [Fact]
    public void Files_WithSecrets_AreTheirUsersAlone()
    {
        using var state = new StateFolder(_folder["state"]);
        new GoalStore(state, TimeProvider.System).Put(Samples.Vm, Samples.Request());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(state.Vms))));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(state.Path));
        Assert.DoesNotContain("token", File.ReadAllText(Directory.GetFiles(state.Vms)[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void Address_OfAnotherVm_IsRefusedAndChangesNothing()
    {
        using var state = new StateFolder(_folder.Path);
        var store = new GoalStore(state, TimeProvider.System);
        store.Put(Samples.Vm, Samples.Request());
        var failure = Assert.Throws<FailureException>(() => store.Put(Samples.Other, Samples.Request())).Failure;
        Assert.Equal("addresses", failure.Arguments["field"]);
        Assert.Equal(Samples.Vm, store.Find(IPAddress.Parse("10.0.0.1")));
        Assert.Null(store.Find(Samples.Other));
    }

    [Fact]
    public void Address_GivenUp_IsNobodysThenAnothers()
    {
        using var state = new StateFolder(_folder.Path);
        var store = new GoalStore(state, TimeProvider.System);
        store.Put(Samples.Vm, Samples.Request());
        store.Put(Samples.Vm, Samples.Request(address: "10.0.0.2"));
        Assert.Null(store.Find(IPAddress.Parse("10.0.0.1")));
        store.Put(Samples.Other, Samples.Request());
        Assert.Equal(Samples.Other, store.Find(IPAddress.Parse("10.0.0.1")));
        store.Remove(Samples.Other);
        store.Remove(Samples.Other);
        Assert.Null(store.Find(IPAddress.Parse("10.0.0.1")));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"format":2,"vm":"0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0","name":"a","addresses":[],"incarnation":1,"extension":{"name":"a","version":"1.0","state":"Enabled","sequence":1,"settings":null,"protected":null},"key":""}""")]
    public void File_ThatCannotBeRead_IsKeptAndItsVmNotServed(string content)
    {
        var file = _folder["vms", $"{Samples.Vm}.json"];
        using var state = new StateFolder(_folder.Path);
        File.WriteAllText(file, content);
        var store = new GoalStore(state, TimeProvider.System);
        Assert.Equal([Path.GetFileName(file)], store.Damaged);
        Assert.Empty(store.All);
        Assert.Equal(content, File.ReadAllText(file));
        store.Put(Samples.Vm, Samples.Request());
        Assert.Empty(store.Damaged);
        Assert.Single(store.All);
    }

    [Fact]
    public void HalfWrittenFile_OfAKilledProcess_IsNoVm()
    {
        using (var state = new StateFolder(_folder.Path))
        {
            new GoalStore(state, TimeProvider.System).Put(Samples.Vm, Samples.Request());
            File.WriteAllText(_folder["vms", $"{Samples.Vm}.json.tmp"], "{");
        }
        using var again = new StateFolder(_folder.Path);
        var store = new GoalStore(again, TimeProvider.System);
        Assert.Single(store.All);
        Assert.Empty(store.Damaged);
    }

    [Fact]
    public void Folder_HeldByAnotherProcess_IsRefused()
    {
        using var held = new StateFolder(_folder.Path);
        Assert.Equal(FailureCode.DataFolderUnusable, Assert.Throws<FailureException>(() => new StateFolder(_folder.Path)).Failure.Code);
    }
}
