// Style sheets are files of the build; importing one gives nothing.
declare module '*.css'
