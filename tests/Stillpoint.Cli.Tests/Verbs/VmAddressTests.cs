using System.Text.Json;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Hypervisor;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

/// <summary>Which VM is asking: addresses that nobody told, two that claim one, and who could take one.</summary>
public sealed class VmAddressTests : IDisposable
{
    private const string Mac1 = "52:54:00:00:00:01", Mac2 = "52:54:00:00:00:02";
    private readonly CliHost _host = new();
    private readonly string _package;

    public VmAddressTests()
    {
        _package = _host.Folder["Stillpoint.VMSnapshot-0.1.0.5.zip"];
        File.WriteAllText(_package, "");
    }

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(AddressSource.Lease, "lease"), InlineData(AddressSource.Neighbour, "neighbour"), InlineData(AddressSource.Agent, "agent")]
    public async Task Address_NobodyTold_IsFoundAndSaysHow(AddressSource source, string from)
    {
        var json = await ChooseAsync(Vm(1, Mac1, "", (source, Mac1, "10.0.0.2")));
        Assert.Equal(["10.0.0.2"], Texts(json, "guestAddresses"));
        Assert.Equal([$"10.0.0.2 {from} {Mac1}"], Found(json));
    }

    [Fact]
    public async Task Address_OfSeveralSources_IsThatOfTheMostReliableForEachInterface()
    {
        var vm = Vm(1, Mac1, Filter("clean-traffic", "10.0.0.9"), (AddressSource.Lease, Mac1, "10.0.0.2"), (AddressSource.Neighbour, Mac2, "10.1.0.3"), (AddressSource.Agent, Mac2, "10.1.0.4"));
        vm = vm with { Xml = vm.Xml.Replace("</devices>", $"<interface type='bridge'><mac address='{Mac2}'/><source bridge='br1'/></interface></devices>", StringComparison.Ordinal) };
        Assert.Equal([$"10.0.0.9 filter {Mac1}", $"10.1.0.3 neighbour {Mac2}"], Found(await ChooseAsync(vm)));
    }

    [Theory]
    [InlineData("127.0.0.1"), InlineData("169.254.3.4"), InlineData("168.63.129.16")]
    public async Task Address_ThatNoGuestAsksFrom_IsNotTaken(string address)
    {
        Become(Vm(1, Mac1, "", (AddressSource.Agent, Mac1, address)));
        (await AskAsync("--use", "waagent", "--extension", _package)).MustFail(1, "guest-address-not-found");
        Assert.Equal("qga", (await AskAsync()).Must().Json.GetProperty("channel").GetString());
    }

    [Theory]
    [InlineData(AddressSource.Lease), InlineData(AddressSource.Neighbour)]
    public async Task Address_ThatAnotherClaims_IsRefusedFoundOrTold(AddressSource source)
    {
        Become(Vm(1, Mac1, "", (AddressSource.Lease, Mac1, "10.0.0.2")), Vm(2, Mac2, "", (source, Mac2, "10.0.0.2")));
        (await AskAsync("--use", "waagent", "--extension", _package)).MustFail(1, "guest-address-claimed");
        var told = await AskAsync("--use", "waagent", "--extension", _package, "--guest-address", "10.0.0.2");
        told.MustFail(1, "guest-address-claimed");
        Assert.Contains("web2", told.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("qga", (await AskAsync()).Must().Json.GetProperty("channel").GetString());
    }

    [Fact]
    public async Task Address_ToldForAnother_IsRefusedAndWhatItsGuestSaysOfItselfIsNot()
    {
        Become(Vm(1, Mac1, "", (AddressSource.Lease, Mac1, "10.0.0.2")), Vm(2, Mac2, "", (AddressSource.Agent, Mac2, "10.0.0.2")));
        (await AskAsync("--use", "waagent", "--extension", _package, "--guest-address", "10.0.0.2")).Must();
        (await _host.JsonAsync("vm", "channel", "web2", "--use", "waagent", "--extension", _package)).MustFail(1, "guest-address-claimed");
    }

    /// <summary>The filter of the first VM, of the second; who is named.</summary>
    [Theory]
    [InlineData("", "", "web1 web2"), InlineData("clean-traffic", "", "web2"), InlineData("clean-traffic", "ours", ""), InlineData("half", "clean-traffic", "web1"), InlineData("nosuch", "ours", "web1")]
    public async Task Warning_OfVmsOnTheBridge_NamesThoseThatNothingHolds(string first, string second, string named)
    {
        Become(
            Vm(1, Mac1, first.Length == 0 ? "" : Filter(first, "10.0.0.2"), (AddressSource.Lease, Mac1, "10.0.0.2")),
            Vm(2, Mac2, second.Length == 0 ? "" : Filter(second, "10.0.0.3"), (AddressSource.Lease, Mac2, "10.0.0.3")),
            Vm(3, "52:54:00:00:00:03", "") with { Xml = "<domain><devices><interface type='bridge'><mac address='52:54:00:00:00:03'/><source bridge='other'/></interface></devices></domain>" });
        var warnings = (await AskAsync("--use", "waagent", "--extension", _package)).Must().Json.GetProperty("warnings").EnumerateArray().ToArray();
        var lines = warnings.SelectMany(w => w.GetProperty("evidence").EnumerateArray()).Select(e => e.GetProperty("source").GetString()!);
        Assert.Equal(named.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => $"virsh edit {n}"), lines);
        Assert.All(warnings, w => Assert.Equal("guest-address-not-held", w.GetProperty("code").GetString()));
    }

    /// <summary>Without its parameter libvirt takes the first address that the guest uses for its own.</summary>
    [Fact]
    public async Task Warning_OfAFilterWithoutAddress_GivesTheOneToSet()
    {
        Become(Vm(1, Mac1, "<filterref filter='clean-traffic'/>", (AddressSource.Lease, Mac1, "10.0.0.2")));
        var warning = Assert.Single((await AskAsync("--use", "waagent", "--extension", _package)).Must().Json.GetProperty("warnings").EnumerateArray());
        Assert.Equal(
            $"""{Mac1}: <filterref filter="clean-traffic"><parameter name="IP" value="10.0.0.2" /></filterref>""", Assert.Single(warning.GetProperty("evidence").EnumerateArray()).GetProperty("text").GetString());
    }

    [Theory]
    [InlineData(2, "usage-conflict", "--undo", "--filter"), InlineData(2, "usage-conflict", "--undo", "--print-cloud-init"), InlineData(2, "usage-argument-missing"), InlineData(3, "not-onboarded", "--undo")]
    [InlineData(1, "vm-has-no-bridge", "--extension", "{package}"), InlineData(1, "vm-has-no-bridge", "--print-cloud-init"), InlineData(2, "usage-invalid", "--extension", "/nowhere/a-1.zip")]
    public async Task Onboarding_AskedWrongly_ChangesNothing(int exitCode, string code, params string[] options)
    {
        Become(Vm(1, Mac1, "") with { Xml = "<domain><devices/></domain>" });
        (await _host.JsonAsync(["vm", "onboard", "web1", "--channel", "waagent", "--yes", .. options.Select(o => o.Replace("{package}", _package, StringComparison.Ordinal))])).MustFail(exitCode, code);
        Assert.Equal("qga", (await AskAsync()).Must().Json.GetProperty("channel").GetString());
    }

    [Fact]
    public async Task CloudInit_OfAVm_IsPrintedAndNothingElseIsDone()
    {
        Become(Vm(1, Mac1, ""));
        var text = (await _host.RunAsync("vm", "onboard", "web1", "--print-cloud-init")).Must().Out;
        Assert.StartsWith("#cloud-config\n", text, StringComparison.Ordinal);
        Assert.Contains(Mac1, text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_host.Data, "onboarding")));
    }

    private void Become(params FakeVm[] vms) => _host.Hypervisor = () => FakeHost.Of(vms);

    private Task<CliCall> AskAsync(params string[] options) => _host.JsonAsync(["vm", "channel", "web1", .. options]);

    private async Task<JsonElement> ChooseAsync(FakeVm vm)
    {
        Become(vm);
        return (await AskAsync("--use", "waagent", "--extension", _package)).Must().Json;
    }

    private static FakeVm Vm(int number, string mac, string filter, params (AddressSource Source, string Mac, string Address)[] addresses) => FakeVm.Numbered(number, $"web{number}") with
    {
        Xml = $"<domain><devices><interface type='bridge'><mac address='{mac}'/><source bridge='br0'/>{filter}</interface></devices></domain>",
        Addresses = addresses.GroupBy(a => a.Source).ToDictionary(g => g.Key, g => g.Select(a => new InterfaceAddress(a.Mac, a.Address)).ToArray()),
    };

    private static string Filter(string name, string address) => $"<filterref filter='{name}'><parameter name='IP' value='{address}'/></filterref>";

    private static IEnumerable<string?> Texts(JsonElement json, string name) => json.GetProperty(name).EnumerateArray().Select(e => e.GetString());

    private static IEnumerable<string> Found(JsonElement json) => json.GetProperty("found").EnumerateArray()
        .Select(f => $"{f.GetProperty("address").GetString()} {f.GetProperty("from").GetString()} {f.GetProperty("mac").GetString()}");
}
