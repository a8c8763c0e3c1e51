using System.Buffers.Binary;
using System.Net.Sockets;
using Stillpoint.Hypervisor.Nbd;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Nbd;

/// <summary>Clients that send what no client should, byte by byte. Each must lose its own connection, or get its error, and no more.</summary>
public sealed class HostileClientTests : IDisposable
{
    private const uint ExportName = 1, Abort = 2, Go = 7, StructuredReply = 8, SetMetaContext = 10;
    private const uint Acknowledged = 1, Unsupported = 0x80000001, Invalid = 0x80000003, Unknown = 0x80000006;
    private readonly TestImages _images = new();
    private readonly byte[] _content = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i % 251))];

    public void Dispose() => _images.Dispose();

    [Fact]
    public async Task Option_LongerThanAllowed_EndsTheConnection()
    {
        await using var server = Serve();
        using var client = await GreetAsync();
        client.Send(OptionHeader(Go, 0xffffffff));
        Assert.True(EndOfStream(client));
        await StillServesAsync();
    }

    [Fact]
    public async Task Handshake_RubbishInsteadOfAnOption_EndsTheConnection()
    {
        await using var server = Serve();
        using var client = await GreetAsync();
        client.Send(new byte[16]);
        Assert.True(EndOfStream(client));
        await StillServesAsync();
    }

    [Fact]
    public async Task Handshake_NeverGoesOn_EndsAtTheLimit()
    {
        await using var server = Serve(new FastTimers());
        using var client = await GreetAsync();
        Assert.True(EndOfStream(client));
    }

    [Fact]
    public async Task Handshake_OptionsForEver_EndsTheConnection()
    {
        await using var server = Serve();
        using var client = await GreetAsync();
        for (var i = 0; i < 200; i++) Assert.Equal(Unsupported, Ask(client, 4711, []));
        Assert.True(EndOfStream(client));
    }

    [Theory]
    [InlineData(Go, "00000003766461", Invalid)] // the count of wishes is missing
    [InlineData(Go, "ffffffff766461", Invalid)] // a name longer than the option
    [InlineData(Go, "000000037664610001", Invalid)] // a wish that is not there
    [InlineData(Go, "0000000378797a0000", Unknown)]
    [InlineData(StructuredReply, "00", Invalid)]
    [InlineData(SetMetaContext, "000000037664610000000100000004", Invalid)] // a query that is not there, and no structured replies
    [InlineData(SetMetaContext, "00000003766461ffffffff", Invalid)] // four billion queries
    public async Task Option_Malformed_IsRefusedAndTheNextOneServed(uint option, string data, uint reply)
    {
        await using var server = Serve();
        using var client = await GreetAsync();
        Assert.Equal(reply, Ask(client, option, Convert.FromHexString(data)));
        Assert.Equal(Acknowledged, Ask(client, StructuredReply, []));
        Assert.Equal(Acknowledged, Ask(client, Abort, []));
        Assert.True(EndOfStream(client));
    }

    [Theory]
    [InlineData(0, 99_999u, 2u, 22u)] // over the end
    [InlineData(0, 0xffff_ffff_ffff_ff00, 512u, 22u)] // offset and length overflow
    [InlineData(0, 0u, 0u, 22u)]
    [InlineData(7, 0u, 512u, 22u)] // block status without a context
    [InlineData(4, 0u, 512u, 1u)] // trim
    [InlineData(6, 0u, 512u, 1u)] // write zeroes
    [InlineData(77, 0u, 512u, 22u)]
    [InlineData(3, 0u, 0u, 0u)]
    public async Task Request_OutOfBounds_GetsItsErrorAndTheNextIsServed(ushort command, ulong offset, uint length, uint error)
    {
        await using var server = Serve();
        using var client = await EnterAsync();
        client.Send(Request(command, offset, length));
        Assert.Equal(error, SimpleReply(client));
        client.Send(Request(0, 1000, 16));
        Assert.Equal(0u, SimpleReply(client));
        Assert.Equal(_content[1000..1016], Receive(client, 16));
    }

    [Fact]
    public async Task Request_WriteWithItsData_IsNotPermittedAndTheNextIsServed()
    {
        await using var server = Serve();
        using var client = await EnterAsync();
        client.Send(Request(1, 0, 100_000));
        client.Send(new byte[100_000]);
        Assert.Equal(1u, SimpleReply(client));
        client.Send(Request(0, 0, 1));
        Assert.Equal(0u, SimpleReply(client));
        Assert.Equal([0], Receive(client, 1));
    }

    [Fact]
    public async Task Request_WriteOfFourGigabytes_EndsTheConnection()
    {
        await using var server = Serve();
        using var client = await EnterAsync();
        client.Send(Request(1, 0, 0xffff_ffff));
        Assert.True(EndOfStream(client));
        await StillServesAsync();
    }

    [Fact]
    public async Task Request_ManyWithoutReadingAnswersThenGone_LeavesTheServerWell()
    {
        await using var server = Serve();
        using (var client = await EnterAsync())
        {
            client.SendTimeout = 2000;
            try
            {
                for (var i = 0; i < 20_000; i++) client.Send(Request(0, 0, 100_000));
            }
            catch (SocketException)
            {
                // the server takes no more while its answers lie unread, as it should
            }
        }
        await StillServesAsync();
    }

    private RunningServer Serve(TimeProvider? clock = null) =>
        new(_images["sock"], clock ?? TimeProvider.System, new MemoryExport("vda", _content, []));

    private async Task StillServesAsync()
    {
        await using var source = await NbdDiskSource.ConnectAsync(_images["sock"], "vda", "vda", null, 2, TimeProvider.System, default);
        var buffer = Model.DiskBuffers.Allocate(_content.Length);
        await source.ReadAsync(0, buffer, default);
        Assert.True(buffer.AsSpan().SequenceEqual(_content));
    }

    private async Task<Socket> GreetAsync()
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        await client.ConnectAsync(new UnixDomainSocketEndPoint(_images["sock"]));
        Assert.Equal("4e42444d4147494349484156454f50540003", Convert.ToHexStringLower(Receive(client, 18)));
        client.Send([0, 0, 0, 3]);
        return client;
    }

    private async Task<Socket> EnterAsync()
    {
        var client = await GreetAsync();
        client.Send([.. OptionHeader(ExportName, 3), .. "vda"u8]);
        Assert.Equal("00000000000186a0", Convert.ToHexStringLower(Receive(client, 10)[..8]));
        return client;
    }

    private static byte[] OptionHeader(uint option, uint length)
    {
        var header = new byte[16];
        "IHAVEOPT"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), option);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), length);
        return header;
    }

    private static uint Ask(Socket client, uint option, byte[] data)
    {
        client.Send([.. OptionHeader(option, (uint)data.Length), .. data]);
        var reply = Receive(client, 20);
        Receive(client, BinaryPrimitives.ReadInt32BigEndian(reply.AsSpan(16)));
        return BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(12));
    }

    private static byte[] Request(ushort command, ulong offset, uint length)
    {
        var request = new byte[28];
        BinaryPrimitives.WriteUInt32BigEndian(request, 0x25609513);
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(6), command);
        BinaryPrimitives.WriteUInt64BigEndian(request.AsSpan(8), 42);
        BinaryPrimitives.WriteUInt64BigEndian(request.AsSpan(16), offset);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(24), length);
        return request;
    }

    private static uint SimpleReply(Socket client)
    {
        var reply = Receive(client, 16);
        Assert.Equal("67446698", Convert.ToHexStringLower(reply[..4]));
        Assert.Equal(42ul, BinaryPrimitives.ReadUInt64BigEndian(reply.AsSpan(8)));
        return BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(4));
    }

    private static byte[] Receive(Socket client, int bytes)
    {
        var buffer = new byte[bytes];
        for (var got = 0; got < bytes;)
        {
            var more = client.Receive(buffer.AsSpan(got));
            Assert.True(more > 0, "the server closed the connection");
            got += more;
        }
        return buffer;
    }

    private static bool EndOfStream(Socket client)
    {
        try
        {
            return client.Receive(new byte[1]) == 0;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    /// <summary>Timers that run a hundred times too fast.</summary>
    private sealed class FastTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime / 100, period);
    }
}
