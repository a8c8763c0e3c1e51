using Stillpoint.Extension.Handler;

// The handler of a guest's Azure agent: its commands end at once, `work` is what `enable` starts beside the agent.
return args switch
{
    ["install"] or ["update"] or ["disable"] or ["uninstall"] => 0,
    ["enable"] => new EnableCommand(HandlerFolders.Of(Environment.CurrentDirectory), TimeProvider.System).Run(Environment.GetEnvironmentVariable("ConfigSequenceNumber")),
    ["reset"] => LastRun.Forget(HandlerFolders.Of(Environment.CurrentDirectory)),
    ["work", var folder, var sequence] => new WorkCommand(HandlerFolders.Of(folder), TimeProvider.System).Run(sequence),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("stillpoint-extension install | update | enable | disable | uninstall | reset");
    return 2;
}
