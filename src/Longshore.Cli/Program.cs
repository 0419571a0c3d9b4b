using Longshore.Cli.Shell;

return await CommandLine.RunAsync(args).ConfigureAwait(false);
