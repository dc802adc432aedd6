// Paths that mean more than their bytes: what tools run or obey unasked, and what opens or runs when clicked. Judged on a folded
// path, so that `.GIT`, `git~1` and look-alikes count. Asking for consent is left to the callers.

/** Folders whose content steers tools: any file below is sensitive. */
const FOLDERS = new Set(
  `.git .hg .svn .jj .vscode .vscode-server .cursor .windsurf .idea .zed .fleet .devcontainer .github .gitlab .circleci .husky
  .claude .codex .clinerules .roo node_modules .ssh .gnupg .aws .azure .kube .docker .cargo .gradle .mvn .yarn .bundle .direnv .config git~1 vscode~1`.split(
    /\s+/,
  ),
);

/** Files that shells, package managers, version control or editors obey by their name alone. */
const FILES = new Set(
  `.bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .zlogout .kshrc
  .cshrc .tcshrc .login .logout .inputrc .xinitrc .xprofile .xsessionrc .tmux.conf .screenrc .vimrc .gvimrc .exrc .nvimrc
  .emacs .gdbinit .lldbinit .irbrc .pryrc .pythonrc .rprofile .renviron .wgetrc .curlrc .netrc _netrc .pgpass .my.cnf .envrc
  .npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs pnpm-workspace.yaml .pypirc pip.conf .gemrc .condarc .mise.toml mise.toml
  .tool-versions .gitconfig .gitmodules .gitattributes .gitignore .hgrc .pre-commit-config.yaml .editorconfig .gitlab-ci.yml
  .travis.yml .mcp.json .dockerignore .babelrc .prettierrc .pnp.cjs .cursorrules agents.md claude.md
  package.json package-lock.json yarn.lock composer.json devcontainer.json .devcontainer.json asset-fetch.json makefile
  gnumakefile justfile cmakelists.txt build.gradle build.gradle.kts build.rs cargo.toml setup.py conftest.py sitecustomize.py usercustomize.py config.fish autorun.inf desktop.ini profile.ps1
  microsoft.powershell_profile.ps1 microsoft.vscode_profile.ps1`.split(/\s+/),
);

/** Names of the same kind that come with many endings: `.env.local`, `.eslintrc.json`, `vite.config.mts`, `x.code-workspace`. */
const FILE_PATTERN = /^\.env(?:$|[.-])|^\.(?:eslint|mocha)rc(?:$|\.)|^[\w-]+\.config\.[cm]?[jt]s$|\.code-workspace$/;

/** Programs that a shell finds once the environment is active; beside them lies a library that may be fetched. */
const FOLDER_PATTERN = /(?:^|\/)\.?venv\/(?:bin|scripts)(?:\/|$)/;

/** Extensions that a double click or a tool runs, installs or mounts. */
const EXECUTABLE_EXTENSIONS = new Set(
  `ade adp apk app appimage application appref-ms appx bash bat chm cmd com command cpl crx csh deb desktop diagcab dll
  dmg docm dylib elf exe fish flatpak gadget hlp hta img inf ins iso isp jar jnlp js jse ksh lnk mobileconfig
  msc msh msi msix msp mst osx paf pif pkg pl pptm prg ps1 ps1xml ps2 psc1 psd1 psm1 py pyc pyw rb reg rgs rpm run scf scpt
  scr sct sh shb shs snap so sys terminal tool u3p url vb vbe vbs vbscript vhd vhdx vsix webloc website workflow ws wsc wsf
  wsh xap xbap xlsm xpi zsh`.split(/\s+/),
);

/** Extensions of documents that a browser or the editor opens with scripts on. */
const SCRIPTED_EXTENSIONS = new Set('htm html mht mhtml svg xht xhtml xsl xslt'.split(' '));

/**
 * The form in which two paths that one file system could take for the same are equal: case, Unicode form, ß and ss, ligatures,
 * characters that HFS+ ignores, and dots and blanks that Windows drops at the end of a component. Never a path to write to.
 */
export function foldPath(path: string): string {
  // Most paths are plain ASCII, and manifests hold many.
  const caseless = /^[\0-\x7f]*$/.test(path) ? path.toLowerCase() : foldUnicode(path);
  return caseless.replaceAll('\\', '/').split('/').map(trimEnd).join('/');
}

/** Compatibility caseless matching (Unicode §3.13, D146): decomposed before each folding, as marks change places and letters. */
function foldUnicode(text: string): string {
  const folded = foldCase(withoutIgnored(text).normalize('NFD'));
  return withoutIgnored(foldCase(folded.normalize('NFKD'))).normalize('NFKC');
}

/** Lower, upper, lower: full case folding, which JavaScript lacks (ẞ → ß → SS → ss). */
function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase();
}

function withoutIgnored(text: string): string {
  return text.replace(/\p{Default_Ignorable_Code_Point}/gu, '');
}

/**
 * Whether writing the path needs a consent that names the file: version control, editor and container settings, shell
 * start-up files, package manifests and the like, in any folder.
 */
export function isSensitivePath(path: string): boolean {
  const folded = foldPath(path);
  const name = folded.split('/').at(-1) ?? '';
  return isFoldedSensitive(folded) || FILES.has(name) || FILE_PATTERN.test(name);
}

/** Whether the path is a folder whose content steers tools, or lies in one: any name in it is sensitive. */
export function isSensitiveFolder(path: string): boolean {
  return isFoldedSensitive(foldPath(path));
}

function isFoldedSensitive(folded: string): boolean {
  return FOLDER_PATTERN.test(folded) || folded.split('/').some((component) => FOLDERS.has(component));
}

/** Whether a file of that name runs or installs when opened, or is what programs run. */
export function isExecutableName(name: string): boolean {
  return EXECUTABLE_EXTENSIONS.has(extensionOf(name));
}

/** Whether opening a file of that name may run something, a script in a document included: it is never opened unasked. */
export function runsWhenOpened(name: string): boolean {
  return isExecutableName(name) || SCRIPTED_EXTENSIONS.has(extensionOf(name));
}

/** Folded and without the dot; an empty text where there is none. */
function extensionOf(name: string): string {
  const folded = foldPath(name);
  const dot = folded.lastIndexOf('.');
  return dot < 0 ? '' : folded.slice(dot + 1);
}

function trimEnd(component: string): string {
  let end = component.length;
  while (end > 0 && /[. ]/.test(component.charAt(end - 1))) end -= 1;
  return component.slice(0, end);
}
